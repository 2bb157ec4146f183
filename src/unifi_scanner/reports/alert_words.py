"""What alerts call an incident: in a subject that is as true at the end as at the beginning, and when it is over. Pure."""

from __future__ import annotations

from collections.abc import Mapping

# what a subject line calls it: it must be as true at the end as at the beginning
CALLED: Mapping[str, str] = {
    "internet-down": "Internet outage",
    "internet-keeps-failing": "Internet keeps failing",
    "internet-comes-and-goes": "Internet comes and goes",
    "on-backup-line": "Internet on the backup line",
    "one-line-down": "One Internet line down",
    "mobile-backup-missing": "Mobile backup missing",
    "wifi-got-worse": "Wi-Fi got worse",
    "wireless-link-ended": "Wireless link lost",
    "device-keeps-restarting": "Device keeps restarting",
    "device-attacks-others": "A device of yours attacks others",
    "device-mines-coins": "A device of yours mines coins",
    "network-name-imitated": "Network name imitated",
    "device-offline": "Device offline",
    "device-offline-for-hours": "Device offline for hours",
    "device-keeps-going-offline": "Device keeps going offline",
    "several-devices-offline": "Several devices offline",
    "device-too-hot": "Device too hot",
    "ap-cut-off": "Access point cut off",
    "power-went-out": "Power cut",
    "power-supply-failed": "Power supply failed",
    "backup-power-overloaded": "Backup power overloaded",
    "site-link-down": "Link between sites down",
    "cable-loop": "Cable loop",
    "second-address-giver": "Second address giver",
    "no-free-addresses": "No free addresses",
    "password-guessing": "Somebody is guessing a password",
    "password-guessed": "A password may have been guessed",
    "command-line-guessing": "Somebody is guessing a command line password",
    "command-line-guessed": "A command line password may have been guessed",
    "inside-device-blocked": "Suspicious device inside",
    "inside-device-noticed": "Suspicious device inside",
    "inside-device-not-blocked": "Suspicious device inside",
    "trap-touched": "Trap touched",
    "storage-nearly-full": "Storage nearly full",
    "network-could-not-grow": "Network too small",
    "network-sign-in-trouble": "Trouble signing in to the network",
}
# how an all-clear begins
BACK: Mapping[str, str] = {
    "internet-down": "the Internet is back",
    "internet-comes-and-goes": "the Internet is back",
    "device-offline": "{whom} {is_or_are} back",
    "device-offline-for-hours": "{whom} {is_or_are} back",
    "device-keeps-going-offline": "{whom} {is_or_are} back",
    "several-devices-offline": "the devices are back",
    "ap-cut-off": "{whom} {is_or_are} back",
    "power-went-out": "the power is back",
    "site-link-down": "the link between the sites is back",
    "on-backup-line": "the main line is back",
    "one-line-down": "the Internet line is back",
    "mobile-backup-missing": "the mobile backup is back",
    "wifi-got-worse": "the Wi-Fi is well again",
    "wireless-link-ended": "the wireless link is back",
}
# it is about the whole house, so its subject names no one
OF_THE_HOUSE = frozenset(
    {
        "internet-down",
        "internet-keeps-failing",
        "internet-comes-and-goes",
        "on-backup-line",
        "one-line-down",
        "power-went-out",
        "several-devices-offline",
    }
)

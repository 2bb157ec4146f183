"""Themes of attacks: what each family of signatures means for the owner, what helps, what it is by mistake. Pure.

A theme is told of a device of one's own; what strangers on the Internet try is told together, whatever the theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from unifi_scanner.detection.ips import FAMILIES, family_key, family_of
from unifi_scanner.models.enums import Severity

SCAN_IT = "Run a full virus scan before you let it back."
TAKE_OFF = "Take it off the network: Client Devices > {client} > Block."
PASSWORDS = "From another device, change the passwords that were used on it."
SWITCH_OFF = (
    "If it is fine with you, switch this kind of alarm off: Settings > CyberSecure > Intrusion Prevention."
)


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """What it means when a device of one's own does it: `rank` orders themes, the gravest last.

    `alarm` says what harmless thing sets it off most often.
    """

    rule: str
    rank: int
    severity: Severity
    severity_blocked: Severity
    title: str
    many: str  # the same of several devices
    why: str
    do: tuple[str, ...]
    alarm: str
    why_inside: str = ""  # where it stays inside one's own network
    goal: str = "reach"  # what it does to whom: it "tried to {goal} the target"


ODD = Theme(
    rule="device-did-something-odd",
    rank=0,
    severity=Severity.LOW,
    severity_blocked=Severity.INFO,
    title="{client} did something odd",
    many="{many} of your devices did something odd",
    why="Signs like this are weak. Most of the time nothing is behind them.",
    do=("If it goes on, see what the device does: Client Devices > {client} > Traffic.",),
    alarm="Updates, games and video calls set this off all the time.",
)
UNWANTED = Theme(
    rule="device-does-the-unwanted",
    rank=1,
    severity=Severity.LOW,
    severity_blocked=Severity.INFO,
    title="{client} uses {looks}",
    many="{many} of your devices use something that many networks do not allow",
    why="This is no attack. It is a kind of program that the gateway was told to watch for.",
    do=(f"{SWITCH_OFF} If it is not, talk to whoever uses {{client}}.",),
    alarm="People use such programs on purpose, and game or video services share files too.",
)
HIDING = Theme(
    rule="device-uses-tor",
    rank=2,
    severity=Severity.LOW,
    severity_blocked=Severity.LOW,
    title="{client} uses the Tor network",
    many="{many} of your devices use the Tor network",
    why="Tor hides who one is. Some people like that; some harmful programs need it.",
    do=("Ask whoever uses {client}. If nobody does it on purpose, run a full virus scan.",),
    alarm="Browsers for privacy use Tor on purpose.",
)
ADWARE = Theme(
    rule="device-runs-adware",
    rank=3,
    severity=Severity.MEDIUM,
    severity_blocked=Severity.LOW,
    title="{client} runs software that nobody wants",
    many="{many} of your devices run software that nobody wants",
    why="Such programs show adverts and watch what people do. They often come with free downloads.",
    do=("On {client}, remove programs and browser add-ons that you don't know.",),
    alarm="Some free programs load their adverts the same way.",
)
BAD_ADDRESS = Theme(
    rule="device-meets-bad-address",
    rank=4,
    severity=Severity.MEDIUM,
    severity_blocked=Severity.LOW,
    title="{client} talked to an address that is known for attacks",
    many="{many} of your devices talked to addresses that are known for attacks",
    why="Lists name addresses that attack others. A device of yours has little reason to talk to one.",
    do=(
        "See what else it does: Client Devices > {client} > Traffic.",
        "If you don't know why it does that, run a full virus scan on it.",
    ),
    alarm="File sharing, time servers and shared web hosts hit a listed address by chance.",
)
LURE = Theme(
    rule="device-opened-bad-page",
    rank=5,
    severity=Severity.MEDIUM,
    severity_blocked=Severity.LOW,
    title="Someone may have opened a page that steals passwords on {client}",
    many="Pages that steal passwords may have been opened on {many} of your devices",
    why="Such pages look like a bank or a shop, and keep what is typed there.",
    do=(
        "Ask whoever uses {client} whether they typed a password.",
        "If they did, change that password from another device.",
    ),
    alarm="An advert on a good page can load such a page unseen.",
)
SEARCH = Theme(
    rule="device-searches-for-doors",
    rank=6,
    severity=Severity.MEDIUM,
    severity_blocked=Severity.MEDIUM,
    title="{client} searches other computers for open doors",
    many="{many} of your devices search others for open doors",
    why="Programs that spread by themselves look for their next victim this way.",
    do=(
        "Find out whether somebody runs such a tool on {client}.",
        "If nobody does, take it off the network: Client Devices > {client} > Block.",
    ),
    alarm="Apps that list the devices on a network do the same, and so do security tools.",
    goal="get in at",
)
MINING = Theme(
    rule="device-mines-coins",
    rank=7,
    severity=Severity.HIGH,
    severity_blocked=Severity.MEDIUM,
    title="{client} may make coins for a stranger",
    many="{many} of your devices may make coins for a stranger",
    why="Such a program eats power, slows the device down, and came in without asking.",
    do=(
        "Look for a program that keeps {client} busy, and remove it.",
        "If you find none, run a full virus scan on it.",
    ),
    alarm="If somebody makes coins on purpose, it is that.",
)
OVERLOAD = Theme(
    rule="device-attacks-others",
    rank=8,
    severity=Severity.HIGH,
    severity_blocked=Severity.HIGH,
    title="{client} may take part in an attack on others",
    many="{many} of your devices may take part in an attack on others",
    why="Strangers use devices with old software to flood others with data.",
    do=(
        TAKE_OFF,
        "Install the newest software on it, and give it a new password before you let it back.",
    ),
    alarm="A backup or a speed test that sends very much can look the same.",
    goal="overload",
)
BREAK_IN = Theme(
    rule="device-attacks-others",
    rank=9,
    severity=Severity.HIGH,
    severity_blocked=Severity.HIGH,
    title="{client} tries to break into other computers",
    many="{many} of your devices try to break into other computers",
    why="A device that attacks others is most likely in the hands of a stranger.",
    do=(TAKE_OFF, SCAN_IT, PASSWORDS),
    alarm="Tools that test security do the same on purpose.",
    goal="break into",
)
UNNAMED = Theme(
    rule="inside-device",
    rank=10,
    severity=Severity.HIGH,
    severity_blocked=Severity.HIGH,
    title="{client} set off an attack alarm. Find out why",
    many="{many} of your devices set off attack alarms. Find out why",
    why="The record does not say what kind of attack it was. It can be a harmful program, or a false alarm.",
    why_inside="The record does not say what kind of attack it was. A harmful program can spread from device to device like this.",
    do=(TAKE_OFF, SCAN_IT, PASSWORDS),
    alarm="File sharing and security tools set off such alarms too.",
)
PAID = msgspec.structs.replace(
    UNNAMED,
    why_inside="",
    why="It matched the paid attack list of CyberSecure. The record gives only a number: {number}.",
    alarm="Without its name, we can't tell how often that number is wrong.",
)
HARMFUL = Theme(
    rule="inside-device",
    rank=11,
    severity=Severity.HIGH,
    severity_blocked=Severity.HIGH,
    title="{client} may be infected. Take it off the network",
    many="{many} of your devices may be infected. Take them off the network",
    why="Harmful programs call home like this.",
    why_inside="Harmful programs spread from device to device like this.",
    do=(TAKE_OFF, SCAN_IT, PASSWORDS),
    alarm="A harmless program can look like a bad one, and so can a test of your security.",
)
_OF_FAMILY: Mapping[Theme, tuple[str, ...]] = {
    HARMFUL: (
        "ATTACK_RESPONSE", "BOTCC", "CNC", "JA3", "MALWARE", "MOBILE_MALWARE", "TROJAN", "WORM",
    ),
    MINING: ("COINMINER",),
    OVERLOAD: ("DOS",),
    BREAK_IN: (
        "ACTIVEX", "CURRENT_EVENTS", "EXPLOIT", "EXPLOIT_KIT", "NETBIOS", "RPC", "SCADA", "SHELLCODE", "SMTP", "SNMP",
        "SQL", "VOIP", "WEB_CLIENT", "WEB_SERVER", "WEB_SPECIFIC_APPS",
    ),
    SEARCH: ("ICMP", "SCAN"),
    BAD_ADDRESS: ("CINS", "COMPROMISED", "DROP", "DSHIELD", "SPAMHAUS", "THREATVIEW"),
    LURE: ("PHISHING",),
    ADWARE: ("ADWARE_PUP", "USER_AGENTS"),
    HIDING: ("TOR",),
    UNWANTED: ("CHAT", "FTP", "GAMES", "INAPPROPRIATE", "P2P", "POLICY", "TELNET", "TFTP"),
    ODD: ("DNS", "HUNTING", "INFO"),
}  # fmt: skip
THEME_OF = {family: theme for theme, families in _OF_FAMILY.items() for family in families}
# Suricata's own classes, where the signature has no family we know
_OF_PHRASE = {FAMILIES[family]: theme for family, theme in THEME_OF.items() if family in FAMILIES} | {
    "a device asking for its own address": ODD,
    "a suspicious file": HARMFUL,
    "an attack": BAD_ADDRESS,
    "an attack aimed at you": HARMFUL,
    "an attempt to spy something out": SEARCH,
    "an attempt to take over a computer": BREAK_IN,
    "an attempt to trick somebody": LURE,
    "a computer that was taken over": HARMFUL,
    "a stolen password": LURE,
    "something that may be an attack": ODD,
    "unwanted software": ADWARE,
}
PAID_NUMBERS = range(2_800_000, 2_900_000)  # signatures of ET PRO, which CyberSecure brings


@lru_cache(maxsize=1024)
def theme_of(signature: str | None, category: str | None, number: str | None) -> Theme:
    """Return the theme of an attack by its signature, else its class, else its number."""
    family = family_key(signature)
    if family is not None:
        return THEME_OF.get(family, UNNAMED)
    looks = family_of(signature, category)
    if looks is not None:
        return _OF_PHRASE.get(looks, UNNAMED)
    return PAID if is_paid(number) else UNNAMED


def is_paid(number: str | None) -> bool:
    """Return whether a signature's number is one of ET PRO's."""
    return number is not None and number.isascii() and number.isdigit() and int(number[:9]) in PAID_NUMBERS

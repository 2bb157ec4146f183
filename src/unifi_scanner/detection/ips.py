"""Names of attack signatures in plain words. Pure.

UniFi's intrusion prevention uses the Emerging Threats rules: the second word of a signature is its family, the
category is Suricata's class (docs/protocol.md C.4).
"""

from __future__ import annotations

from functools import lru_cache

# every phrase fits into "it looked like …"
FAMILIES = {
    "ACTIVEX": "an attempt to break in",
    "ADWARE_PUP": "unwanted advertising software",
    "ATTACK_RESPONSE": "an answer from a computer that was broken into",
    "BOTCC": "a call to a known control server of criminals",
    "CHAT": "a chat program",
    "CINS": "an address known for attacks",
    "CNC": "a call to a known control server of criminals",
    "COINMINER": "a program that mines coins on your power",
    "COMPROMISED": "an address known for attacks",
    "CURRENT_EVENTS": "a recent attack",
    "DNS": "an odd question to the name service",
    "DOS": "an attempt to overload the line",
    "DROP": "an address known for attacks",
    "DSHIELD": "an address known for attacks",
    "EXPLOIT": "an attempt to break in",
    "EXPLOIT_KIT": "an attempt to break in",
    "FTP": "an odd file transfer",
    "GAMES": "a game",
    "HUNTING": "something that may be an attack",
    "ICMP": "a probe of your network",
    "INAPPROPRIATE": "content that is not for everyone",
    "INFO": "something unusual",
    "JA3": "a program that is known to be bad",
    "MALWARE": "a harmful program at work",
    "MOBILE_MALWARE": "a harmful program on a phone",
    "NETBIOS": "an attack on shared folders",
    "P2P": "file sharing",
    "PHISHING": "a page that steals passwords",
    "POLICY": "something many networks do not allow",
    "RPC": "an attack on a network service",
    "SCADA": "an attack on machine controls",
    "SCAN": "a search for open doors",
    "SHELLCODE": "an attempt to break in",
    "SMTP": "an attack on a mail server",
    "SNMP": "an attack on network devices",
    "SQL": "an attack on a database",
    "TELNET": "an old and unsafe remote control",
    "TFTP": "an odd file transfer",
    "THREATVIEW": "an address known for attacks",
    "TOR": "the Tor network, which hides who one is",
    "TROJAN": "a harmful program at work",
    "USER_AGENTS": "a program that hides what it is",
    "VOIP": "an attack on telephones",
    "WEB_CLIENT": "an attack through a web page",
    "WEB_SERVER": "an attack on a web server",
    "WEB_SPECIFIC_APPS": "an attack on a web server",
    "WORM": "a harmful program that spreads by itself",
}
CLASSES = {
    "a network trojan was detected": "a harmful program at work",
    "a suspicious filename was detected": "a suspicious file",
    "attempted administrator privilege gain": "an attempt to take over a computer",
    "attempted denial of service": "an attempt to overload the line",
    "attempted information leak": "an attempt to spy something out",
    "attempted user privilege gain": "an attempt to take over a computer",
    "command and control": "a call to a known control server of criminals",
    "crypto currency mining activity detected": "a program that mines coins on your power",
    "denial of service": "an attempt to overload the line",
    "detection of a denial of service attack": "an attempt to overload the line",
    "detection of a network scan": "a search for open doors",
    "device retrieving external ip address detected": "a device asking for its own address",
    "domain observed used for c2 detected": "a call to a known control server of criminals",
    "exploit kit activity detected": "an attempt to break in",
    "executable code was detected": "an attempt to break in",
    "malware command and control activity detected": "a call to a known control server of criminals",
    "misc activity": "something unusual",
    "misc attack": "an attack",
    "possible social engineering attempted": "an attempt to trick somebody",
    "possibly unwanted program detected": "unwanted software",
    "potential corporate privacy violation": "something many networks do not allow",
    "potentially bad traffic": "something that may be an attack",
    "successful administrator privilege gain": "a computer that was taken over",
    "successful credential theft detected": "a stolen password",
    "targeted malicious activity was detected": "an attack aimed at you",
    "unsuccessful user privilege gain": "an attempt to take over a computer",
    "web application attack": "an attack on a web server",
}
_LISTS = ("DSHIELD", "SPAMHAUS", "TOR", "CINS")
# what the console calls a policy, where it gives no signature (docs/protocol.md F.2)
_POLICIES = {"P2P": "P2P", "SCANNING ACTIVITY": "SCAN", "DSHIELD BLOCK LIST": "DSHIELD"}


@lru_cache(maxsize=1024)
def family_key(signature: str | None) -> str | None:
    """Return the family an attack's signature names, or None where it names none we know."""
    text = (signature or "").strip().upper()
    words = text.replace("-", " ").split()
    if len(words) > 1 and words[0] in ("ET", "ETPRO", "GPL", "ETN") and words[1] in FAMILIES:
        return words[1]
    return next((word for word in words if word in _LISTS), None) or _POLICIES.get(text)


@lru_cache(maxsize=1024)
def family_of(signature: str | None, category: str | None) -> str | None:
    """Return what an attack looked like in plain words, or None where the words say nothing we know."""
    family = family_key(signature)
    if family is not None:
        return FAMILIES.get(family, FAMILIES["DROP"])
    return CLASSES.get((category or "").strip().lower())

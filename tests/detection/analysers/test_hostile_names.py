"""What strangers wrote comes out of every analyser tame: one line, no braces, nothing that does not show."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from tests.detection.analysers.wire import Record, admin_event, alert, line_event
from unifi_scanner.detection import ANALYSERS, Engine
from unifi_scanner.logs.normalise import normalise_record
from unifi_scanner.models.finding import Finding

names = st.text(max_size=40) | st.sampled_from(
    ("{client}", "[x]", "a\nb", "\u202eevil", "<b>", "{top0}", "None")
)


def everything(records: Iterable[Record]) -> list[Finding]:
    engine = Engine((), [make() for make in ANALYSERS.values()])
    engine.feed(entry for record in records for entry in normalise_record(record))
    return engine.findings()


@given(name=names)
def test_a_name_is_told_and_never_obeyed(name: str) -> None:
    role = {"id": name, "name": name}
    client = {"id": "a4:bb:6d:14:20:31", "name": name, "model_name": name}
    threat = {
        "key": "THREAT_DETECTED_KNOWN_SOURCE_CLIENT",
        "event": "THREAT_DETECTED",
        "timestamp": 1_764_579_600_000,
    }
    records = [
        admin_event(0, "MADE_CHANGES_ONE_SETTING_OBJECT", name, SECTION=role),
        admin_event(1, "ADMIN_ACCESS", name, IP={"id": "203.0.113.9"}),
        line_event(2, "NETWORK_FAILED_OVER_TO_BACKUP_WAN", WAN_ID=role, ISP_NAME=role, FAILOVER_WAN_ID=role),
        {**threat, "parameters": {"SRC_CLIENT": client, "DST_IP": {"id": "203.0.113.4"}}},
        alert(4, inner_alert_signature=name, inner_alert_category=name, inner_alert_signature_id=name),
    ]
    findings = everything(records)
    assert len(findings) >= 5
    for finding in findings:
        for text in (finding.title, finding.what, finding.why, *finding.do, *finding.subjects):
            assert not any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in text)
            assert len(text) < 600
        assert not any("{" in text for text in (finding.title, finding.what, finding.why, *finding.do))

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unifi_scanner.logs.archives import LeftOut, Limits, Part, Stream, Trouble, parts_of
from unifi_scanner.logs.entry import Context
from unifi_scanner.logs.import_files import Placed, entries_in
from unifi_scanner.models.telling import sentence_of

LINES = (
    b"<38>Gate sshd[1]: Accepted password for root from 192.168.2.148 port 1 ssh2\n<30>Gate systemd[1]: x\n"
)
EVENTS = json.dumps(
    {
        "meta": {"rc": "ok"},
        "data": [{"key": "EVT_WU_Connected", "user": "5c:52:30:55:7d:67", "time": 1672437522587}],
    }
).encode()
Files = dict[str, bytes]


def tarred(files: Files, mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            told = tarfile.TarInfo(name)
            told.size = len(data)
            archive.addfile(told, io.BytesIO(data))
    return out.getvalue()


def zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def placed(tmp_path: Path, data: bytes, limits: Limits | None = None) -> list[Placed]:
    file = tmp_path / "bundle"
    file.write_bytes(data)
    return list(entries_in(file, Context(), limits=limits or Limits()))


def parts(data: bytes, limits: Limits | None = None) -> list[Part | bytes]:
    """Return the parts, with the bytes of each stream after it."""
    found: list[Part | bytes] = []
    for part in parts_of(io.BytesIO(data), "f", len(data), limits or Limits()):
        found.append(part)
        if isinstance(part, Stream):
            found.append(part.bytes.read())
    return found


CONTAINERS: dict[str, Callable[[Files], bytes]] = {
    "tar": tarred,
    "gnu tar": lambda files: tarred(files, form=tarfile.GNU_FORMAT),
    "ustar": lambda files: tarred(files, form=tarfile.USTAR_FORMAT),
    "tgz": lambda files: tarred(files, "w:gz"),
    "zip": zipped,
    "tgz in zip": lambda files: zipped({"inner.tgz": tarred(files, "w:gz")}),
    "zip in tar": lambda files: tarred({"inner.zip": zipped(files)}),
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_same_content_gives_the_same_entries_in_any_container(tmp_path: Path, container: str) -> None:
    files = {"var/log/messages": LINES, "export.json": EVENTS}
    told = placed(tmp_path, CONTAINERS[container](files))
    plain = [*placed(tmp_path, LINES), *placed(tmp_path, EVENTS)]
    assert [(p.entry.id, p.index) for p in told] == [(p.entry.id, p.index) for p in plain]
    assert {p.file.rpartition("!")[2] for p in told} == set(files)


def test_a_compressed_log_has_the_name_of_its_file(tmp_path: Path) -> None:
    told = placed(tmp_path, gzip.compress(LINES))
    assert {p.file for p in told} == {str(tmp_path / "bundle")}
    assert [p.index for p in told] == [0, 1]


def test_a_member_that_is_compressed_too_is_read(tmp_path: Path) -> None:
    told = placed(tmp_path, tarred({"log/messages.1.gz": gzip.compress(LINES)}, "w:gz"))
    assert [p.file.rpartition("!")[2] for p in told] == ["log/messages.1.gz"] * 2


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..\\..\\x", "a" * 3000, "\u202eevil\x1b[31m", "C:\\x"]
)
@pytest.mark.parametrize("pack", [tarred, zipped])
def test_a_path_is_only_a_name(tmp_path: Path, pack: Callable[[Files], bytes], name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    told = placed(tmp_path, pack({name: LINES}))
    assert len(told) == 2
    assert sorted(tmp_path.rglob("*")) == [*before, tmp_path / "bundle"]


def test_links_lead_nowhere(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("messages")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert placed(tmp_path, out.getvalue()) == []


def test_members_without_text_are_counted_and_told(tmp_path: Path) -> None:
    told = placed(tmp_path, tarred({"core": b"\x7fELF\0\0", "db": b"\0" * 9, "log": LINES}))
    assert [p.entry.kind for p in told] == ["shell.signed_in", "log.routine", "import.left_out"]
    assert sentence_of(told[-1].entry) == "Left out of the archive, because there is no text in it: 2 files."


def test_a_locked_member_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    data = bytearray(zipped({"secret": LINES, "log": LINES}))
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(header)
        struct.pack_into("<H", data, at + offset, 1)
    locked, *rest = placed(tmp_path, bytes(data))
    assert (locked.entry.kind, locked.file.rpartition("!")[2]) == ("unreadable", "secret")
    assert "locked with a password" in sentence_of(locked.entry)
    assert [p.entry.kind for p in rest] == ["shell.signed_in", "log.routine"]


def bomb(depth: int = 1) -> bytes:
    data = b"0" * 4_000_000
    for _ in range(depth):
        data = gzip.compress(data)
    return data


@pytest.mark.parametrize(
    ("data", "limits", "word"),
    [
        (bomb(), Limits(total=1_000_000), "more than we unpack"),
        (bomb(), Limits(ratio=10, ratio_from=1000), "grows far too much"),
        (tarred({f"m{n}": b"x\n" for n in range(50)}), Limits(members=10), "more files than we read"),
        (zipped({f"m{n}": b"x\n" for n in range(50)}), Limits(members=10), "more files than we read"),
        (bomb(5), Limits(depth=3), "inside one another"),
        (zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({"x": LINES})})})}), Limits(depth=2), "inside one another"),
        (tarred({"a.zip": zipped({"x": LINES})}), Limits(nested_zip=10), "larger than we unpack"),
        (b"BZh91AY&SY", Limits(), "bzip2"),
    ],
)  # fmt: skip
def test_what_is_over_a_limit_is_told(tmp_path: Path, data: bytes, limits: Limits, word: str) -> None:
    told = placed(tmp_path, data, limits)
    assert any(p.entry.kind == "unreadable" and word in sentence_of(p.entry) for p in told)
    assert len(told) < 20


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: tarred({"log": data}), lambda data: zipped({"log": data}), lambda data: tarred({"log": data}, "w:gz")])  # fmt: skip
def test_a_damaged_archive_tells_what_it_still_holds(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    whole = pack(b"".join(b"<30>Gate systemd[%d]: x\n" % n for n in range(2000)))
    told = placed(tmp_path, whole[: len(whole) // 2])
    assert told[-1].entry.kind == "unreadable"
    assert "damaged" in sentence_of(told[-1].entry)


def test_a_huge_claim_in_a_tar_costs_no_memory() -> None:
    header = bytearray(tarred({"x": b""})[:512])
    header[124:136] = b"\x80" + (2**60).to_bytes(11, "big")
    header[156:157] = b"x"  # a pax header, which other readers take into memory whole
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    assert parts(bytes(header) + b"\0" * 2048)[-1] == Trouble(
        "f", "it is damaged, and what follows the damage was left out"
    )


@given(st.binary(max_size=600))
def test_any_bytes_have_parts(data: bytes) -> None:
    for head in (b"", b"\x1f\x8b\x08\0", b"PK\x03\x04", gzip.compress(b"x" * 99)[:20]):
        for part in parts_of(io.BytesIO(head + data), "f", len(data)):
            assert isinstance(part, Stream | Trouble | LeftOut)


@given(st.sampled_from(list(CONTAINERS)), st.data())
def test_a_bent_archive_never_raises(
    tmp_path_factory: pytest.TempPathFactory, container: str, data: st.DataObject
) -> None:
    whole = bytearray(CONTAINERS[container]({"a/log": LINES * 3, "b.json": EVENTS}))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path_factory.mktemp("bent") / "file"
    file.write_bytes(bytes(whole[: data.draw(st.integers(1, len(whole)))]))
    assert all(isinstance(place, Placed) for place in entries_in(file, Context()))


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.binary(max_size=60), max_size=4))
def test_a_tar_gives_back_what_was_put_in(files: Files) -> None:
    usable = {
        name: b"log " + data  # so that no content is an archive by chance
        for name, data in files.items()
        if "\0" not in name and name.isprintable() and not name.endswith("/")
    }
    assume(usable)  # an empty archive is nothing but zeros
    found = [part for part in parts(tarred(usable)) if isinstance(part, bytes)]
    assert found == [data for data in usable.values() if b"\0" not in data]

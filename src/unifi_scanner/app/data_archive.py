"""`backup` and `restore`: everything that outlives a restart, as one file."""

from __future__ import annotations

import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from unifi_scanner import clock
from unifi_scanner.app.channels import DATA_FILE, REPORTS
from unifi_scanner.app.console_files import KNOWN_HOSTS
from unifi_scanner.app.data_in_use import unused
from unifi_scanner.app.output import put
from unifi_scanner.config.settings import Settings
from unifi_scanner.errors import InputError
from unifi_scanner.store.backup import copy_data_file, is_sound

MOST_BYTES = 64 * 1024**3  # more than any data file may grow to: what claims to be bigger is no backup
_SIDE_FILES = ("", "-wal", "-shm")


def backup(settings: Settings, file: Path, *, as_json: bool = False) -> int:
    """Write a backup of the data directory to `file`, print what is in it, and return 0; `run` may go on meanwhile.

    Sessions are left out, so that the file holds nothing to sign in with. Raises InputError or StoreError.
    """
    data = settings.data_path()
    if not (data / DATA_FILE).exists():
        raise InputError(f"Nothing is stored in {data} yet, so there is nothing to back up.")
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with (
            os.fdopen(handle, "wb") as out,
            tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as archive,
        ):
            names = list(_pack(data, archive))
    except FileExistsError as exc:
        raise InputError(
            f"{file} is there already.", hint="Name a new file: a backup replaces none."
        ) from exc
    except OSError as exc:
        file.unlink(missing_ok=True)
        raise InputError(f"{file} cannot be written: {exc.strerror or exc}.", hint="Is there room?") from exc
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    size = file.stat().st_size
    said = f"Backed up {len(names)} file(s) to {file} ({size / 1e6:.1f} MB)."
    put(json.dumps({"file": str(file), "bytes": size, "holds": names}, indent=2) if as_json else said, None)
    return 0


def _pack(data: Path, archive: tarfile.TarFile) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=data, prefix="backup-") as folder:
        copy = Path(folder) / DATA_FILE
        copy_data_file(data / DATA_FILE, copy)
        archive.add(copy, DATA_FILE)
    yield DATA_FILE
    reports = data / REPORTS
    others = [data / KNOWN_HOSTS, *(sorted(reports.iterdir()) if reports.is_dir() else ())]
    for path in others:
        if path.is_file() and not path.is_symlink():
            name = path.relative_to(data).as_posix()
            archive.add(path, name)
            yield name


def restore(settings: Settings, file: Path, *, as_json: bool = False) -> int:
    """Put a backup in the place of the data directory's files, keep those beside it, and return 0.

    Nothing is touched before the whole backup was read and found sound. Raises InputError.
    """
    data = settings.data_path()
    with unused(data) as is_free:
        if not is_free:
            raise InputError(f"A scanner is running on {data}.", hint="Stop it first, then restore.")
        with tempfile.TemporaryDirectory(dir=data, prefix="restore-") as folder:
            names = _unpack(file, Path(folder))
            aside = _set_aside(data)
            for name in names:
                target = data / name
                target.parent.mkdir(mode=0o700, exist_ok=True)
                (Path(folder) / name).replace(target)
    kept = f" What was there before is in {aside}." if aside else ""
    facts = {"data_directory": str(data), "restored": names, "kept": str(aside) if aside else None}
    put(json.dumps(facts, indent=2) if as_json else f"Restored {len(names)} file(s) to {data}.{kept}", None)
    return 0


def _unpack(file: Path, folder: Path) -> list[str]:
    names = []
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            for member in archive:
                if not _is_ours(member):
                    raise InputError(f"{file} holds {member.name!r}, which is not part of a backup of ours.")
                archive.extract(member, folder, filter="data")
                names.append(member.name)
    except (tarfile.TarError, EOFError, OSError, ValueError) as exc:
        raise InputError(f"{file} cannot be read as a backup: {exc}.", hint="Is it whole?") from exc
    if DATA_FILE not in names or not is_sound(folder / DATA_FILE):
        raise InputError(f"The data file in {file} is missing or damaged.", hint="Try an older backup.")
    return names


def _is_ours(member: tarfile.TarInfo) -> bool:
    path = PurePosixPath(member.name)
    known = member.name in (DATA_FILE, KNOWN_HOSTS) or (len(path.parts) == 2 and path.parts[0] == REPORTS)
    return member.isfile() and known and ".." not in path.parts and member.size <= MOST_BYTES


def _set_aside(data: Path) -> Path | None:
    """Move what a backup brings out of its way, and whatever heard-and-not-stored belonged to it; return where to."""
    old = [data / (DATA_FILE + side) for side in _SIDE_FILES] + [data / KNOWN_HOSTS, data / REPORTS]
    there = [path for path in (*old, *data.glob("*.journal")) if path.exists()]
    if not there:
        return None
    aside = data / f"before-restore-{clock.now():%Y%m%dT%H%M%S%f}"
    aside.mkdir(mode=0o700)
    for path in there:
        path.rename(aside / path.name)
    return aside

"""A wheel with other contents: a file taken out, a folder of `.data` put in. Its dates are fixed, its order is that of the names."""

from __future__ import annotations

import base64
import hashlib
import time
import zipfile
from pathlib import Path


def take_out(wheel: Path, name: str, target: Path) -> None:
    """Writes the wheel's file `name` to `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        target.write_bytes(archive.read(name))


def repack(wheel: Path, target: Path, without: str, data: Path, date: int) -> None:
    """Writes `target`: what `wheel` has but the file `without`, and what is under the folder `data` as the wheel's `.data`.

    Args:
        wheel: what maturin made.
        target: the wheel to write.
        without: the name of the file to leave out; it must be there.
        data: a folder with `scripts/…` and `data/…`.
        date: of every file, in seconds since 1970.
    """
    with zipfile.ZipFile(wheel) as archive:
        files = {name: (archive.read(name), archive.getinfo(name).external_attr >> 16) for name in archive.namelist()}
    del files[without]
    record = next(name for name in files if name.endswith(".dist-info/RECORD"))
    del files[record]
    folder = record.replace(".dist-info/RECORD", ".data")
    for path in data.rglob("*"):
        if path.is_file():
            files[f"{folder}/{path.relative_to(data).as_posix()}"] = (path.read_bytes(), path.stat().st_mode)
    lines = [f"{name},sha256={_digest(content)},{len(content)}\n" for name, (content, _) in sorted(files.items())]
    files[record] = ("".join([*lines, f"{record},,\n"]).encode(), 0o100644)
    moment = time.gmtime(date)[:6]
    with zipfile.ZipFile(target, "w") as archive:
        # Installers read `.dist-info` from the end, where the format wants it.
        for name in sorted(files, key=lambda name: (".dist-info/" in name, name)):
            content, mode = files[name]
            entry = zipfile.ZipInfo(name, moment)
            entry.create_system = 3  # Unix, which the next line means.
            entry.external_attr = (0o100755 if mode & 0o100 else 0o100644) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")

"""The one thing that no linker option does: making Python's names optional in a library that must also start without Python."""

from __future__ import annotations

import struct
from pathlib import Path

_SHT_DYNSYM = 11
_STB_GLOBAL, _STB_WEAK = 1, 2
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_PT_INTERP = 3


def _text(data: bytearray, at: int) -> str:
    return data[at : data.index(0, at)].decode("ascii")


def optional_python(library: Path, program: Path) -> int:
    """Copies `library` to `program`, with every undefined `Py…` made weak: without Python, the loader leaves it null instead of refusing to
    start. Returns how many there were.

    Raises:
        ValueError: it is not a 64-bit little-endian ELF file that can be started, or it asks for nothing of Python.
    """
    data = bytearray(library.read_bytes())
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError(f"{library} is no 64-bit little-endian ELF file")
    programs, sections = struct.unpack_from("<QQ", data, 32)
    program_size, program_count, section_size, section_count = struct.unpack_from("<HHHH", data, 54)
    kinds = [struct.unpack_from("<I", data, programs + program_size * index)[0] for index in range(program_count)]
    if _PT_INTERP not in kinds:
        raise ValueError(f"{library} names no loader, so it cannot be started (crates/edge-python/src/executable.rs)")
    headers = [_SECTION.unpack_from(data, sections + section_size * index) for index in range(section_count)]
    weakened = 0
    for _, kind, _, _, offset, size, link, _, _, _ in headers:
        if kind != _SHT_DYNSYM:
            continue
        names = headers[link][4]
        for at in range(offset, offset + size, _SYMBOL.size):
            name, info, _, section, _, _ = _SYMBOL.unpack_from(data, at)
            if section == 0 and info >> 4 == _STB_GLOBAL and _text(data, names + name).startswith(("Py", "_Py")):
                data[at + 4] = _STB_WEAK << 4 | info & 15
                weakened += 1
    if not weakened:
        raise ValueError(f"{library} asks for nothing of Python")
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_bytes(data)
    program.chmod(0o755)
    return weakened

"""Packs the inputs of a corpus into the one file that is kept, and unpacks it for libFuzzer.

    python3 fuzz/corpus.py unpack paths /tmp/paths     # a seed for: cargo +nightly fuzz run paths /tmp/paths
    python3 fuzz/corpus.py pack paths /tmp/paths       # after: cargo +nightly fuzz cmin paths /tmp/paths

A file of `fuzz/corpus` has for each input its length in two bytes, the low one first, and its bytes; the shortest input first.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path


def pack(inputs: list[bytes]) -> bytes:
    """The file that has these inputs.

    Raises:
        struct.error: an input is longer than 65,535 bytes.
    """
    return b"".join(struct.pack("<H", len(data)) + data for data in sorted(inputs, key=lambda data: (len(data), data)))


def unpack(file: bytes) -> list[bytes]:
    """The inputs in a file."""
    inputs, at = [], 0
    while at < len(file):
        (length,) = struct.unpack_from("<H", file, at)
        inputs.append(file[at + 2 : at + 2 + length])
        at += 2 + length
    return inputs


def main(verb: str, target: str, folder: str) -> None:
    """`pack` or `unpack`, the target's name, and the folder with one file for each input."""
    packed, loose = Path(__file__).parent / "corpus" / f"{target}.bin", Path(folder)
    if verb == "pack":
        packed.write_bytes(pack([path.read_bytes() for path in loose.iterdir() if path.is_file()]))
    else:
        loose.mkdir(parents=True, exist_ok=True)
        for index, data in enumerate(unpack(packed.read_bytes())):
            (loose / f"{index:04}").write_bytes(data)


if __name__ == "__main__":
    main(*sys.argv[1:])

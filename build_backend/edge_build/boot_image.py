"""The boot image: Node's library, booted once by the executable that will start from it; beside it, that of a prepared session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# What `edge-node`, like Node, answers to an option that it does not have.
_BAD_OPTION = 9


def make_boot_image(executable: Path, image: Path) -> bool:
    """Runs `edge-node --build-boot-image IMAGE`; False, with a warning, when this `edge-node` cannot make images yet."""
    image.parent.mkdir(parents=True, exist_ok=True)
    # Nothing of the builder's environment may get into the image, or the same sources would not give the same bytes.
    env = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run([executable, "--build-boot-image", image], env=env, stdin=subprocess.DEVNULL)
    if done.returncode == _BAD_OPTION:
        print("edge_build: this edge-node makes no boot image; it will start from source", file=sys.stderr)
        return False
    done.check_returncode()
    if not image.is_file():
        raise RuntimeError(f"edge-node left no boot image at {image}")
    if not image.with_name(f"{image.name}.session").is_file():
        raise RuntimeError(f"edge-node left no image of a session beside {image}")
    return True

"""Law 1 (one crate calls the operating system) and law 3 (N-API is the only bridge), read off `cargo metadata`."""

from __future__ import annotations

import pytest

from tests.laws.workspace import BUILD_TOOLS, SYSTEM_CRATE, normal_dependencies, packages

# Crates that call the operating system, or make it easy to.
SYSTEM_CRATES = frozenset(
    [
        "async-std",
        "cap-std",
        "cap-primitives",
        "dirs",
        "fs-err",
        "getrandom",
        "home",
        "hostname",
        "io-uring",
        "libc",
        "memmap2",
        "mio",
        "nix",
        "notify",
        "num_cpus",
        "os_pipe",
        "polling",
        "rustix",
        "signal-hook",
        "signal-hook-registry",
        "smol",
        "socket2",
        "sysinfo",
        "tempfile",
        "tokio",
        "walkdir",
        "which",
        "winapi",
        "windows-sys",
    ]
)
# DESIGN.md, "Crates and folders": what each room may use of ours.
MAY_USE = {
    "edge-wasix": set(),
    "edge-crypto": set(),
    "edge-encoding": set(),
    "edge-napi": set(),
    "edge-node-lib": set(),
    "edge-quickjs-build": set(),
    "edge-llhttp-build": set(),
    "edge-llhttp": set(),
    "edge-nghttp2": set(),
    "edge-sqlite": {"edge-wasix"},
    "edge-loop": {"edge-wasix"},
    "edge-policy": {"edge-wasix"},
    "edge-quickjs": {"edge-napi", "edge-wasix"},
    "edge-typescript": set(),
    "edge-node": {
        "edge-llhttp",
        "edge-nghttp2",
        "edge-sqlite",
        "edge-napi",
        "edge-loop",
        "edge-wasix",
        "edge-crypto",
        "edge-encoding",
        "edge-node-lib",
        "edge-typescript",
    },
    "edge-cli": {"edge-node", "edge-policy", "edge-quickjs", "edge-wasix", "edge-loop", "edge-napi", "edge-encoding", "edge-node-lib"},
    "edge-python": {
        "edge-cli",
        "edge-node",
        "edge-policy",
        "edge-quickjs",
        "edge-wasix",
        "edge-loop",
        "edge-napi",
        "edge-encoding",
        "edge-node-lib",
    },
}


@pytest.mark.parametrize("name", sorted(packages()))
def test_only_the_system_crate_depends_on_system_crates(name: str) -> None:
    if name != SYSTEM_CRATE and name not in BUILD_TOOLS:
        assert not normal_dependencies(name) & SYSTEM_CRATES


@pytest.mark.parametrize("name", sorted(packages()))
def test_a_room_uses_only_the_rooms_it_may(name: str) -> None:
    assert name in MAY_USE, "a new crate: say here and in ARCHITECTURE.md what it may use"
    assert normal_dependencies(name) & set(packages()) <= MAY_USE[name]

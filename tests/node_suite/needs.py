"""What a test needs beyond plain JavaScript, files and timers, read off its source by pattern.

A pattern scan is a guess, on the safe side for its one use: restricting a table to tests that cannot need a part of Node which is
not there yet. A test is tagged when its *source* names the part, whether or not that line ever runs.
"""

from __future__ import annotations

import re


def _module(*names: str) -> str:
    """Matches a require or import, static or dynamic, of any of the modules, with or without `node:`."""
    joined = "|".join(re.escape(name) for name in names)
    return rf"""(?:\brequire\(|\bimport\(|\bfrom\s|\bimport\s)\s*['"`](?:node:)?(?:{joined})(?:/[\w/]+)?['"`]"""


_PATTERNS = {
    "network": _module("net", "http", "https", "http2", "dgram", "dns", "tls", "_http_\\w+", "cluster", "quic")
    + r"|\bfetch\(|\bnew WebSocket\(|\bnew EventSource\(|\bhasIPv6\b|common/(?:net|dns|http2|quic|tls|udp|internet)\b",
    "child_process": _module("child_process", "cluster")
    + r"|\bprocess\.execPath\b|common/(?:child_process|assertSnapshot|debugger)\b|\bspawnPromisified\b|\bescapePOSIXShell\b",
    # Asynchronous module hooks run in a worker that Node starts for them (lib/internal/modules/esm/hooks.js): those that an option names,
    # and those that `module.register` takes, which the suite's loaders call too.
    "worker": _module("worker_threads")
    + r"|\bnew Worker\(|--experimental-worker|--(?:experimental-)?loader\b|\bmodule\.register\((?!\))|\bes-module-loaders/(?:mock|builtin-named-exports)\.mjs"
    + r"|\bregister\b[^;\n]*\bfrom\s*['\"](?:node:)?module['\"]",
    "message_port": r"\bMessageChannel\b|\bMessagePort\b|\bBroadcastChannel\b",
    "shared_memory": r"\bSharedArrayBuffer\b|\bAtomics\b",
    "crypto": _module("crypto", "tls", "https", "http2", "_tls_\\w+")
    + r"|\bhasCrypto\b|\bcommon/crypto\b|\bwebcrypto\b|\bcrypto\.subtle\b|\bcrypto\.getRandomValues\b|\bcrypto\.randomUUID\b",
    "inspector": _module("inspector") + r"|--inspect|\bskipIfInspectorDisabled\b|\bcommon/inspector-helper\b",
    "intl": r"\bhasIntl\b|\bIntl\.|\bhasFullICU\b|\btoLocale\w*String\(|--icu-data-dir",
    "internals": r"--expose[-_]internals|internal/test/binding|\binternalBinding\(",
    "gc": r"--expose[-_]gc\b|\bglobalThis\.gc\b|\bglobal\.gc\b|\bcommon/gc\b",
    "natives": r"--allow[-_]natives[-_]syntax",
    "vm": _module("vm") + r"|--experimental-vm-modules",
    "wasm": r"\bWebAssembly\b",
    "wasi": _module("wasi"),
    "snapshot": r"--build-snapshot|--snapshot-blob|\bcommon/snapshot\b|\bstartupSnapshot\b",
    "sea": _module("sea") + r"|\bcommon/sea\b",
    "sqlite": _module("sqlite"),
    "quic": _module("quic") + r"|--experimental-quic",
    "permission": r"--permission\b|--allow-fs-|--allow-child|--allow-worker|--experimental-permission",
    "profiling": r"--cpu-prof|--heap-prof|--prof\b|--heapsnapshot|\bheapdump\b|writeHeapSnapshot|getHeapSnapshot",
    "trace_events": _module("trace_events") + r"|--trace-event",
    "report": r"\bprocess\.report\b|--report-",
    "addon": r"\.node['\"`]|\bprocess\.dlopen\b",
    "zlib": _module("zlib") + r"|\bCompressionStream\b",
    "repl": _module("repl") + r"|\bcommon/repl\b",
    "v8": _module("v8"),
    "test_runner": _module("test"),
    "domain": _module("domain"),
    "async_hooks": _module("async_hooks"),
    "process_binding": r"\bprocess\.binding\(",
    "types": r"--experimental-strip-types|--experimental-transform-types|\.[mc]?ts['\"`]",
}
_COMPILED = {need: re.compile(pattern) for need, pattern in _PATTERNS.items()}

ALL_NEEDS = tuple(sorted(_COMPILED))


def needs_of(source: str) -> tuple[str, ...]:
    """The sorted tags (see `ALL_NEEDS`) of a test's source text."""
    return tuple(sorted(need for need, pattern in _COMPILED.items() if pattern.search(source)))

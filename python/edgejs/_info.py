"""What `edge info` shows: versions, the engine, the boot image, what the machine offers, which features this build lacks."""

from __future__ import annotations

import json
import platform
import subprocess
from typing import Any

import edgejs
from edgejs._executable import boot_image_path, edge_node_path

# Each is tried, so the list cannot lie: a feature is missing when its attempt throws.
_PROBES = """
const probes = {
  'net (TCP, pipes)': () => require('net').createServer().listen(0).close(),
  'dgram (UDP)': () => require('dgram').createSocket('udp4').bind(0).close(),
  'dns': () => new (require('dns').Resolver)(),
  'http': () => require('http').createServer().listen(0).close(),
  'http2': () => require('http2').createServer(),
  'tls, https': () => require('tls').createSecureContext(),
  'crypto': () => require('crypto').createHash('sha256').update('x').digest('hex'),
  'crypto: signatures, key pairs, certificates': () => require('crypto').generateKeyPairSync('ed25519'),
  'zlib': () => require('zlib').inflateSync(require('zlib').deflateSync('x')),
  'child_process': () => require('child_process').execFileSync(process.execPath, ['--version']),
  'worker_threads': () => new (require('worker_threads').Worker)('', { eval: true }),
  'WebAssembly': () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
  'wasi': () => new (require('wasi').WASI)({ version: 'preview1' }),
  'Intl': () => new Intl.DateTimeFormat('en').format(0),
  'type stripping (.ts)': () => require('module').stripTypeScriptTypes('let x: number = 1'),
  'inspector': () => new (require('inspector').Session)().connect(),
  'sqlite': () => new (require('node:sqlite').DatabaseSync)(':memory:'),
  'native addons': () => { if (!process.dlopen || !process.features.inspector && process.versions.edge) throw new Error('none'); },
};
process.removeAllListeners('warning');
const out = {};
for (const [name, probe] of Object.entries(probes)) {
  try { probe(); out[name] = null; } catch (error) { out[name] = String(error?.message ?? error).split('\\n')[0]; }
}
process.on('uncaughtException', () => {});
console.log(JSON.stringify({ versions: process.versions, features: out }));
process.exit(0);
"""


def _ask(*args: str) -> str:
    done = subprocess.run([edge_node_path(), *args], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise RuntimeError(f"edge-node ended with {done.returncode}: {lines[-1] if lines else ''}")
    return done.stdout


def _second_wall(host: dict[str, Any]) -> str:
    """What stands around a run with --safe besides edge-node's own checks."""
    parts = [name for name, there in (("Landlock", host["landlock"] > 0), ("seccomp", host["seccomp"])) if there]
    if not parts:
        return "none: this kernel has neither Landlock nor seccomp (--safe runs warn of it)"
    text = f"{' and '.join(parts)} around --safe runs"
    if len(parts) == 2 and host["landlock"] >= 6:
        return text
    return f"{text}, not whole: Landlock 6 and seccomp would be (--safe runs warn of it)"


def collect() -> dict[str, Any]:
    """Everything as plain values; what could not be found out is under `errors`.

    Raises:
        NoExecutableError: edge-node is not installed.
    """
    facts: dict[str, Any] = {
        "edgejs": edgejs.__version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "edge-node": edge_node_path(),
    }
    errors = []
    try:
        told = json.loads(_ask("-e", _PROBES))
        facts["versions"] = told["versions"]
        facts["missing"] = {name: why for name, why in told["features"].items() if why is not None}
        facts["present"] = [name for name, why in told["features"].items() if why is None]
    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
        errors.append(str(error))
    try:
        # Engine, image and machine as the executable itself sees them.
        facts.update(json.loads(_ask("--edge-info")))
    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
        facts["image"] = {"path": boot_image_path(), "state": "unknown"}
        errors.append(str(error))
    if errors:
        facts["errors"] = errors
    return facts


def as_text(facts: dict[str, Any]) -> str:
    """The same for a person, a fact a line."""
    versions = facts.get("versions", {})
    lines = [(name, facts[name]) for name in ("edgejs", "python", "platform", "edge-node")]
    if "node" in versions:
        lines.append(("node", f"{versions['node']} (the version of its JavaScript library; Node-API {versions.get('napi', '?')})"))
    if engine := facts.get("engine"):
        lines.append(("engine", f"{engine['name']} {engine['version']}, in WebAssembly ({engine['hash']})"))
    elif versions:
        lines.append(("engine", f"v8 {versions.get('v8', '?')}"))
    image = facts.get("image", {})
    state = image.get("state", "unknown")
    lines.append(("boot image", f"{image.get('path') or 'none'}: {state}" + (f", {image['hash']}" if image.get("hash") else "")))
    if image.get("bytes"):
        lines.append(("", f"{image['bytes'] / 1e6:.1f} MB, a heap of {image['heap'] / 1e6:.1f} MB"))
    if host := facts.get("host"):
        landlock = f"version {host['landlock']}" if host["landlock"] else "no"
        seccomp = "yes" if host["seccomp"] else "no"
        lines.append(("machine", f"openat2: {'yes' if host['openat2'] else 'no'}, Landlock: {landlock}, seccomp: {seccomp}"))
        lines.append(("second wall", _second_wall(host)))
    lines += [("works", ", ".join(facts["present"]))] if facts.get("present") else []
    lines += [("missing", ", ".join(facts["missing"]))] if facts.get("missing") else []
    lines += [("error", error) for error in facts.get("errors", [])]
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in lines)

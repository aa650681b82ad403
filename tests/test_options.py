"""Every option that `node --help` lists works here, or says that it has no effect, or is refused with a reason; none is swallowed.

What does not work is declared in `crates/edge-node/src/options/unsupported.rs`; all other options are carried out."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.comparison import Comparison, run_node
from tests.programs.install import real_node

HAS_NO_EFFECT = "has no effect"
IS_REFUSED = "is not supported by Edge.js"
# Node's own words where a part of it is missing.
IS_UNAVAILABLE = "on the current platform"

VALUES = {
    "--allow-fs-read": "*",
    "--allow-fs-write": "*",
    "--debug-port": "0",
    "--disable-proto": "delete",
    "--dns-result-order": "verbatim",
    "--env-file": "x.env",
    "--env-file-if-exists": "x.env",
    "--eval": "1",
    "--experimental-config-file": "config.json",
    "--experimental-loader": "./empty.mjs",
    "--heapsnapshot-signal": "SIGUSR2",
    "--import": "./empty.mjs",
    "--input-type": "commonjs",
    "--inspect-port": "0",
    "--inspect-publish-uid": "stderr",
    "--loader": "./empty.mjs",
    "--max-old-space-size-percentage": "50",
    "--report-signal": "SIGUSR2",
    "--require": "./empty.cjs",
    "--run": "hello",
    "--secure-heap": "4096",
    "--test-isolation": "none",
    "--experimental-test-isolation": "none",
    "--trace-require-module": "all",
    "--unhandled-rejections": "strict",
    "--use-largepages": "on",
}
# They do something else than running the program, or wait for more.
NOT_WITH_A_PROGRAM = {
    "--build-snapshot",
    "--check",
    "--completion-bash",
    "--help",
    "--interactive",
    "--prof-process",
    "--run",
    "--test",
    "--v8-options",
    "--version",
    "--watch",
    "--watch-path",
}
# What they belong to.
WITH = {
    "--allow-fs-read": ["--permission"],
    "--allow-fs-write": ["--permission", "--allow-fs-read=*"],
    "--cpu-prof-dir": ["--cpu-prof"],
    "--cpu-prof-interval": ["--cpu-prof"],
    "--cpu-prof-name": ["--cpu-prof"],
    "--heap-prof-dir": ["--heap-prof"],
    "--heap-prof-interval": ["--heap-prof"],
    "--heap-prof-name": ["--heap-prof"],
}
FILES = {
    "empty.mjs": "",
    "empty.cjs": "",
    "x.env": "",
    "config.json": "{}",
    "node.config.json": "{}",
    "package.json": '{"scripts": {"hello": "echo hello"}}',
    "a.js": "",
}


@cache
def listed() -> tuple[tuple[str, bool], ...]:
    """Long names that `node --help` lists, and whether each takes a value."""
    text = subprocess.run([str(real_node()), "--help"], capture_output=True, text=True, check=True, timeout=60).stdout
    options = text.split("Options:")[1].split("Environment variables:")[0]
    found = []
    for line in options.splitlines():
        if not line.startswith("  -"):
            continue
        head = re.split(r"\s{2,}|(?<=\.\.\.) ", line.strip())[0]
        takes_value = head.endswith("=...") or head.endswith("=[host:]port")
        for name in re.findall(r"--[a-z][\w.-]*", head.replace("=...", "")):
            found.append((name, takes_value))
    assert len(found) > 150
    return tuple(found)


def test_every_option_works_or_says_that_it_does_not(edge_node: Path, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    swallowed = []
    for name, takes_value in listed():
        option = f"{name}={VALUES.get(name, '1')}" if takes_value else name
        if name in NOT_WITH_A_PROGRAM:
            continue
        ended = run_node(edge_node, [*WITH.get(name, []), option, "-p", "'ran'"], tmp_path)
        if IS_REFUSED in ended.stderr:
            assert (ended.status, ended.stdout) == (9, ""), option
        elif HAS_NO_EFFECT in ended.stderr:
            assert (ended.status, ended.stdout) == (0, "ran\n"), option
        elif IS_UNAVAILABLE in ended.stderr:
            assert (ended.status, ended.stdout) == (1, ""), option
        elif (ended.status, ended.stdout) != (0, "ran\n"):
            swallowed.append((option, ended))
    assert swallowed == []


def test_help_lists_what_nodes_help_lists(edge_node: Path, tmp_path: Path) -> None:
    ours = run_node(edge_node, ["--help"], tmp_path)
    nodes = run_node(real_node(), ["--help"], tmp_path)
    assert ours.status == 0

    def names(text: str) -> set[str]:
        return set(re.findall(r"--[a-z][\w.-]*", text.split("Options:")[1].split("Environment variables:")[0]))

    def variables(text: str) -> list[str]:
        return re.findall(r"^[A-Z][A-Z_0-9]+", text.split("Environment variables:")[1], re.M)

    assert names(ours.stdout) >= {name for name, _ in listed()}
    assert set(variables(ours.stdout)) >= set(variables(nodes.stdout)) - {"NODE_ICU_DATA"}


@pytest.mark.parametrize(
    "option",
    ["--no-such-option", "--inspectt", "--no-experimental-nothing", "-zz", "--max-old-space", "--eval-file=x", "--report-dirr=x"],
)
def test_an_unknown_option_is_refused(compare: Comparison, option: str) -> None:
    assert compare([option, "-p", "1"]).status == 9


EFFECTS = {
    "no-global-search-paths": ["--no-global-search-paths", "-p", "module.constructor.globalPaths.length"],
    "no-addons": ["--no-addons", "-p", "try { process.dlopen({ exports: {} }, './x.node') } catch (e) { e.code + e.message }"],
    "report-signal": ["--report-signal=SIGUSR1", "-p", "process.report.signal"],
    "report-files": ["--report-dir=a", "--report-filename=b", "-p", "[process.report.directory, process.report.filename]"],
    "no-force-async-hooks-checks": [
        "--expose-internals",
        "--no-force-async-hooks-checks",
        "-p",
        "const { async_hook_fields: f, constants: { kCheck } } = require('internal/test/binding').internalBinding('async_wrap'); f[kCheck]",
    ],
}


@pytest.mark.parametrize("line", EFFECTS.values(), ids=EFFECTS.keys())
def test_effects(compare: Comparison, line: list[str]) -> None:
    compare(line, stderr=False)


def test_trace_exit_shows_who_ended_the_program(compare: Comparison) -> None:
    files = {"exit.js": "function leave() { process.exit(3) }\nsetTimeout(() => leave());"}
    compare(["--trace-exit", "exit.js"], files)
    compare(["--trace-exit", "--stack-trace-limit=2", "exit.js"], files)
    compare(["--trace-exit", "-e", "1"])
    ended = compare(["--trace-exit", "-e", "process.on('exit', () => process.exit(9))"], stderr=False)
    assert "Exited the environment with code 9" in ended.stderr


def test_trace_sync_io_shows_late_calls_only(compare: Comparison) -> None:
    """What ran before the loop is not told; what `fs` is asked later is, with where."""
    compare(["--trace-sync-io", "a.js"], {"a.js": "require('fs').statSync('.');"})
    compare(["--trace-sync-io", "a.js"], {"a.js": "const fs = require('fs');\nsetTimeout(function late() { fs.statSync('.'); });"})


def test_trace_env_shows_what_a_program_asks(edge_node: Path, tmp_path: Path) -> None:
    script = "process.env.A_A; process.env.A_B = 1; delete process.env.A_B; 'A_C' in process.env; Object.keys(process.env)"

    def told(node: Path) -> list[str]:
        lines = run_node(node, ["--trace-env", "-e", script], tmp_path).stderr.splitlines()
        return [line for line in lines if '"A_' in line or "enumerate" in line]

    assert told(edge_node) == told(real_node())
    ended = run_node(edge_node, ["--trace-env-js-stack", "-e", "process.env.A_A"], tmp_path)
    assert '[--trace-env] get "A_A"\n\n----- JavaScript stack trace -----\n\n1: [eval]:1:13\n' in ended.stderr


def test_variables_without_effect_say_so(edge_node: Path, tmp_path: Path) -> None:
    ended = run_node(edge_node, ["-p", "1"], tmp_path, env={"NODE_DEBUG_NATIVE": "ASYNC_WRAP"})
    assert (ended.stdout, HAS_NO_EFFECT in ended.stderr) == ("1\n", True)

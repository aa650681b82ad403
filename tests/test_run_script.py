"""`node --run`: the scripts of `package.json`, compared with Node."""

from __future__ import annotations

import json

import pytest

from tests.comparison import Comparison

SCRIPTS = {
    "hello": "echo hello",
    "fails": "exit 7",
    "killed": "kill -9 $$",
    "args": "printf '[%s]'",
    "variables": "echo $NODE_RUN_SCRIPT_NAME; basename $NODE_RUN_PACKAGE_JSON_PATH; pwd; echo $EXTRA",
    "path": "tool",
    "input": "cat",
    "number": 1,
    "nothing": None,
    "tä": "echo ü",
    "two words": "echo two words",
}
FILES = {
    "package.json": json.dumps({"scripts": SCRIPTS}, ensure_ascii=False),
    "node_modules/.bin/nothing-to-run": "",
    "sub/deeper/x": "",
    "some.env": "EXTRA=from-file",
}

LINES = {
    "plain": ["--run", "hello"],
    "equals": ["--run=hello"],
    "not-ascii": ["--run", "tä"],
    "space": ["--run", "two words"],
    "status": ["--run", "fails"],
    "signal": ["--run", "killed"],
    "variables": ["--env-file=some.env", "--run", "variables"],
    "not-a-string": ["--run", "number"],
    "null": ["--run", "nothing"],
    "missing": ["--run", "other"],
    "no-arguments": ["--run", "args", "a", "b"],
    "arguments": ["--run", "args", "--", "", "a", "b c", 'a"b', "$HOME", "[x]", "{y}", "--", "-x", "é*", "a\nb"],
    "quote": ["--run", "args", "--", "it's"],
    "no-name": ["--run"],
    "empty-name": ["--run="],
    "comes-before-version": ["--version", "--run", "hello"],
    "comes-before-eval": ["--run", "hello", "-e", "1"],
    "comes-before-help": ["--run", "hello", "--help"],
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES.keys())
def test_run(compare: Comparison, line: list[str]) -> None:
    compare(line, FILES, stdin="input")


def test_input_goes_to_the_script(compare: Comparison) -> None:
    assert compare(["--run", "input"], FILES, stdin="some text").stdout == "some text"


def test_programs_of_packages_are_found(compare: Comparison) -> None:
    """`node_modules/.bin` of every folder up to the root, nearest first, and only where there is one."""
    script = "const { execFileSync } = require('child_process'); process.chdir('sub/deeper');" + (
        "console.log(execFileSync(process.execPath, ['--run', 'p'], { env: { PATH: '/usr/bin:/bin' } }) + '');"
    )
    files = {"package.json": '{"scripts": {"p": "echo $PATH; pwd"}}', "node_modules/.bin/x": "", "sub/deeper/node_modules/.bin/x": ""}
    lines = compare(["-e", script], files).stdout.split("\n")
    assert [entry.rsplit("/place", 1)[-1] for entry in lines[0].split(":")] == [
        "/sub/deeper/node_modules/.bin",
        "/node_modules/.bin",
        "/usr/bin",
        "/bin",
    ]


def test_without_a_path_none_is_made(compare: Comparison) -> None:
    script = "child_process.spawnSync(process.execPath, ['--run', 'p'], { env: { A: 'b' }, stdio: 'inherit' })"
    compare(["-e", script], {"package.json": '{"scripts": {"p": "/usr/bin/env | /usr/bin/grep -c ^PATH"}}', "node_modules/.bin/x": ""})


TEXTS = {
    "comma-behind": '{"scripts":{"a":"echo a"},}',
    "wrong-behind": '{"scripts":{"a":"echo a"} trailing',
    "wrong-before": '{"x":1,}',
    "twice": '{"scripts":{"a":"echo one","a":"echo two"},"scripts":{"a":"echo three"}}',
    "byte-order-mark": '\ufeff{"scripts":{"a":"echo a"}}',
    "escapes": '{"scripts":{"a":"echo \\"a\\"\\necho b"}}',
    "array": "[1]",
    "string": '"x"',
    "null": "null",
    "empty": "",
    "blank": "\n",
    "open": "{",
    "nothing-but-text": '{ "non-parsable"',
    "no-scripts": "{}",
    "scripts-are-text": '{"scripts":"x"}',
    "scripts-are-empty": '{"scripts":{}}',
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_package_json(compare: Comparison, text: str) -> None:
    compare(["--run", "a"], {"package.json": text})


def test_it_is_not_for_node_options(compare: Comparison) -> None:
    compare(["-p", "1"], FILES, env={"NODE_OPTIONS": "--run hello"})

"""`edgejs.Policy`: its document, its files, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

edgejs = pytest.importorskip("edgejs")
pytest.importorskip("edgejs._native")
Policy, PolicyError = edgejs.Policy, edgejs.PolicyError


def test_the_default_grants_a_folder_in_memory() -> None:
    document = Policy().to_document()
    assert document.pop("memory") == ["/tmp"]
    assert not any(document.values())


def test_a_policy_is_a_value(tmp_path: Path) -> None:
    policy = Policy(volumes=[f"{tmp_path}:/v:rw"], set_env={"A": "b"}, limits={"memory": "64MB"})
    assert policy == Policy(**policy.to_document()) and hash(policy) == hash(Policy(**policy.to_document()))
    with pytest.raises(AttributeError):
        policy.volumes = ()


def test_files(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("volumes = ['.:/v']\nconnect = ['tcp://10.0.0.0/8:*']\n[limits]\nmemory = '64MB'\n")
    policy = Policy.from_file(tmp_path / "p.toml")
    assert policy.volumes == (f"{tmp_path}/.:/v",) and policy.limits == {"memory": 64_000_000}
    (tmp_path / "p.json").write_text(json.dumps(policy.to_document()))
    assert Policy.from_file(os.fspath(tmp_path / "p.json")) == policy


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"volumes": ["/nowhere/at/all:/v"]}, "volumes[0]"),
        ({"volumes": ["/:/v", "/:v"]}, "volumes[1]"),
        ({"volumes": "/:/v"}, "volumes"),
        ({"volumes": 3}, "volumes"),
        ({"memory": ["tmp"]}, "memory[0]"),
        ({"connect": ["ftp://a"]}, "connect[0]"),
        ({"listen": ["a.example:80"]}, "listen[0]"),
        ({"unix_sockets": ["a"]}, "unix_sockets[0]"),
        ({"dns": ["a..b"]}, "dns[0]"),
        ({"env": ["A=B"]}, "env[0]"),
        ({"set_env": {"A": 1}}, "set_env.A"),
        ({"set_env": {"A=": "1"}}, "set_env.A="),
        ({"commands": ["git"]}, "commands[0]"),
        ({"commands": ["/etc/passwd"]}, "commands[0]"),
        ({"native_addons": True}, "native_addons"),
        ({"limits": {"memory": "lots"}}, "limits.memory"),
        ({"limits": {"cputime": 1}}, "limits.cputime"),
    ],
)
def test_what_cannot_be_names_the_field(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy(**fields)
    assert caught.value.field == field and caught.value.reason
    assert str(caught.value) == f"{field}: {caught.value.reason}"


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("volume = []")
    with pytest.raises(PolicyError, match=r"^volume: there is no such field$"):
        Policy.from_file(tmp_path / "p.toml")
    (tmp_path / "p.toml").write_text("]")
    with pytest.raises(PolicyError, match="no TOML"):
        Policy.from_file(tmp_path / "p.toml")


def test_closed_by_default(edge_node: Path) -> None:
    look = "[require('fs').readdirSync('/'), Object.keys(process.env), process.cwd(), require('child_process').spawnSync('/bin/true').error?.code]"
    closed = [["dev", "tmp"], [], "/", "EACCES"]
    with edgejs.Runtime() as runtime, edgejs.Pool(1) as pool:
        assert runtime.eval(look) == closed
        assert pool.submit(look).result() == closed
        with pytest.raises(edgejs.JavaScriptError, match="EACCES"):
            runtime.eval("new Promise((_, fail) => require('net').connect(1, '127.0.0.1').on('error', fail))")

    async def ask() -> Any:
        async with edgejs.AsyncRuntime() as runtime:
            return await runtime.eval(look)

    assert asyncio.run(ask()) == closed


def test_open_is_what_the_process_has(edge_node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("text")
    look = "[process.cwd(), require('fs').readFileSync('a.txt', 'utf8')]"
    opened = Policy.open()
    with edgejs.Runtime(policy=opened) as runtime, edgejs.Pool(1, policy=opened) as pool:
        assert runtime.eval(look) == pool.submit(look).result() == [str(tmp_path), "text"]
    assert opened == Policy.open() != Policy() and hash(opened) == hash(Policy.open())
    assert opened.is_open and not Policy().is_open and repr(opened) == "Policy.open()"
    with pytest.raises(PolicyError, match="no document"):
        opened.to_document()

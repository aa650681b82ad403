"""Rows 34 to 39: doors in the library, in `vm`, in loaders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.comparison import run_node
from tests.escapes.sandbox import attack, canary, run

# What an attacker tries once a door is open: a file of the host, its variables, a program, a connection.
_LOOT = """
    const loot = async (binding) => {
        const ends = [];
        try { ends.push(binding('fs').readFileUtf8('/etc/passwd', 0)) } catch (error) { ends.push(error.code) }
        try { ends.push(binding('fs').internalModuleStat?.('/etc/passwd')) } catch (error) { ends.push(error.code) }
        try { const { Process } = binding('process_wrap'); ends.push(new Process().spawn({ file: '/bin/sh', args: ['sh'], envPairs: [], stdio: [] })) } catch (error) { ends.push(error.code) }
        try { const { TCP, TCPConnectWrap } = binding('tcp_wrap'); ends.push(new TCP(0).connect(new TCPConnectWrap(), '127.0.0.1', PORT)) } catch (error) { ends.push(error.code) }
        return ends;
    };
"""


@pytest.mark.parametrize(
    "door",
    [
        "require('internal/test/binding').internalBinding",
        "process.binding",
        "process._linkedBinding",
        "process.constructor.constructor('return internalBinding')()",
        "module.constructor._load('internal/bootstrap/loaders', null, true).internalBinding",
        "require('module').prototype.constructor._load('internal/test/binding').internalBinding",
    ],
)
def test_34_doors_to_bindings(edge_node: Path, door: str) -> None:
    with canary() as caught:
        code = (
            _LOOT.replace("PORT", str(caught.port))
            + f"(async () => {{ let found; try {{ found = {door} }} catch {{}} report(typeof found === 'function' ? await loot(found) : []) }})()"
        )
        for options in [[], ["--expose-internals"]]:
            done = run(edge_node, code, *options)
            assert "root:" not in done.stdout and "root:" not in done.stderr
            for end in __import__("json").loads(done.stdout) if done.returncode == 0 else []:
                assert end is None or isinstance(end, str) or end < 0
        assert caught.reached == 0


def test_34_native_modules(edge_node: Path, tmp_path: Path) -> None:
    library = next(
        Path(folder).glob("libm.so*")
        for folder in ["/lib/x86_64-linux-gnu", "/usr/lib", "/lib", "/lib64"]
        if list(Path(folder).glob("libm.so*"))
    )
    (tmp_path / "a.node").write_bytes(next(library).read_bytes())
    code = "report([code(() => require('/v/a.node')), code(() => process.dlopen({ exports: {} }, '/v/a.node')), code(() => process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libm.so.6'))])"
    assert "done" not in attack(edge_node, code, "--volume", f"{tmp_path}:/v")


def test_35_inspector_and_internal_workers(edge_node: Path) -> None:
    code = """
        const ends = [];
        for (const f of [() => require('inspector').open(0, '127.0.0.1'), () => new (require('inspector').Session)().connect(), () => require('inspector').url().length,
            () => { const { Worker } = require('worker_threads'); new Worker('1', { eval: true }) }, () => process._debugProcess(1), () => process._startProfilerIdleNotifier.x.y])
            ends.push(code(f));
        process.exitCode = 0;
        report(ends);
    """
    done = run(edge_node, code, "--allow-net=127.0.0.1")
    assert "ws://" not in done.stderr + done.stdout
    assert "done" not in __import__("json").loads(done.stdout.splitlines()[0])


# Each gives the constructor of functions of the outermost realm that it can reach; what that can do is what the program can anyway.
_WAYS_OUT = [
    "this.constructor.constructor",
    "(() => { try { null.x } catch (error) { return error.constructor.constructor } })()",
    "Object.getPrototypeOf(async () => {}).constructor",
    "thrown.constructor.constructor",
    "callback.constructor",
    "new Proxy({}, { get(target, key, receiver) { return receiver } }).x.constructor",
    "promise.then.constructor",
]


@pytest.mark.parametrize("way", _WAYS_OUT)
def test_36_no_host_object_behind_vm(edge_node: Path, way: str) -> None:
    loot = """
        const found = [];
        const outer = WAY('return this')();
        for (const root of [outer, outer.process].filter(Boolean)) for (const key of Reflect.ownKeys(root)) found.push(String(key));
        const p = outer.process;
        let ends = [];
        if (p) { try { ends.push(String(p.getBuiltinModule('fs').readFileSync('/etc/passwd'))) } catch (error) { ends.push(error.code) }
                 ends.push(p.getBuiltinModule('child_process').spawnSync('/bin/sh').error?.code ?? 'started', Object.keys(p.env).length) }
        JSON.stringify(ends)
    """.replace("WAY", way)
    code = f"""
        const vm = require('vm');
        const context = vm.createContext({{ thrown: new Error('x'), callback: () => 1, promise: Promise.resolve(1) }});
        let end; try {{ end = vm.runInContext({loot!r}, context) }} catch (error) {{ end = JSON.stringify([error.name]) }}
        console.log(end);
    """
    done = run(edge_node, code)
    assert done.returncode == 0, done.stderr
    assert __import__("json").loads(done.stdout) in ([], ["ENOENT", "EACCES", 0], ["TypeError"], ["ReferenceError"])


def test_37_no_decision_is_made_in_guest_code(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush")
    code = f"""
        const yes = () => true;
        for (const [owner, names] of [[String.prototype, ['startsWith', 'includes', 'endsWith', 'indexOf']], [Array.prototype, ['includes', 'some', 'every', 'find']],
            [RegExp.prototype, ['test', 'exec']], [Map.prototype, ['has', 'get']], [Set.prototype, ['has']], [Object, ['is', 'hasOwn']], [Reflect, ['has', 'get']]])
            for (const name of names) owner[name] = yes;
        try {{ Object.defineProperty(process, 'permission', {{ value: {{ has: yes }} }}) }} catch {{}}
        try {{ process.permission.has = yes }} catch {{}}
        process.versions = {{}};
        const fs = require('fs');
        report([code(() => fs.readFileSync('{tmp_path}/secret')), code(() => fs.readFileSync('/etc/passwd')), code(() => fs.writeFileSync('/app/x', ''))]);
    """
    assert attack(edge_node, code) == ["ENOENT", "ENOENT", "EROFS"]


DATABASES = """
    const { DatabaseSync } = require('node:sqlite');
    const say = (f) => { try { console.log(f()); } catch (e) { console.log(e.message); } };
    for (const path of [process.argv[1], `file:${process.argv[1]}?mode=ro`, '/etc/passwd', '/app/../etc/passwd']) say(() => new DatabaseSync(path));
    const db = new DatabaseSync('/tmp/mine.db');
    say(() => db.exec(`ATTACH '${process.argv[1]}' AS theirs`));
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES (1)');
    say(() => new DatabaseSync('/tmp/mine.db').prepare('SELECT a FROM t').get().a);
    const loads = new DatabaseSync(':memory:', { allowExtension: true });
    for (const f of [() => loads.loadExtension('/tmp/x.so'), () => loads.prepare("SELECT load_extension('/tmp/x.so')").get()]) say(f);
    say(() => new DatabaseSync('file:/etc/passwd?vfs=unix'));
"""


def test_38_databases_are_files_of_the_sandbox(edge_node: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.db"
    theirs.write_bytes(b"")
    ended = run_node(edge_node, ["--safe", "--no-warnings", "-e", DATABASES, str(theirs)], tmp_path)
    cannot = "unable to open database file"
    assert ended.stdout.splitlines() == [cannot] * 4 + [f"unable to open database: {theirs}", "1"] + [
        "/tmp/x.so: Edge.js loads no SQLite extensions",
        "not authorized",
        "no such vfs: unix",
    ], ended
    assert theirs.read_bytes() == b""


def test_39_imports(edge_node: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.mjs").write_text("export default 'hush'")
    with canary() as caught:
        sources = [
            f"file://{tmp_path}/secret.mjs",
            f"http://127.0.0.1:{caught.port}/x.mjs",
            f"https://127.0.0.1:{caught.port}/x.mjs",
            "file:///etc/passwd",
            "blob:x",
            "node:internal/fs/utils",
            "file://localhost/etc/passwd",
        ]
        code = f"Promise.all({sources}.map((source) => settle(import(source)))).then(report)"
        for options in [[], ["--experimental-network-imports"]]:
            done = run(edge_node, code, *options, "--allow-net=127.0.0.1")
            assert '"done"' not in done.stdout and "hush" not in done.stdout
        # A `data:` module is code of the program's own: no more power, no file by a relative name.
        data = "data:text/javascript,import fs from 'node:fs'; import(new URL('../etc/passwd', 'file:///tmp/x')).catch((error) => console.log(JSON.stringify(error.code)))"
        assert attack(edge_node, f"import({data!r})") == "ERR_MODULE_NOT_FOUND"
        assert caught.reached == 0

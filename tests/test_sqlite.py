"""`node:sqlite` and Web Storage, compared with Node; what SQLite forbids in its callbacks; its limits. What a sandbox lets it open: `tests/escapes`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.comparison import Comparison, run_node
from tests.programs.install import real_node

COMPARED = {
    "values": """
        const { DatabaseSync } = require('node:sqlite');
        const db = new DatabaseSync(':memory:');
        const say = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message, e.errcode, e.errstr); } };
        const one = db.prepare('SELECT ? AS a, typeof(?1) AS t');
        for (const value of [1, -0, 2n, 2n ** 63n, 'x', 'a\\0b', null, undefined, true, new Uint8Array([1, 2]), new Date(), [1], {}]) say(() => one.get(value));
        say(() => [one.sourceSQL, one.get(5) && one.expandedSQL]);
        say(() => db.prepare('SELECT 9007199254740993 AS n').get());
        say(() => db.exec('selec'));
        say(() => db.prepare('').get());
        db.function('f', (a, b) => `${a}-${b}`);
        say(() => db.prepare("SELECT f(1, 'z') AS f").all());
        say(() => db.prepare('SELECT f(1)').all());
        db.aggregate('total_of', { start: () => 0, step: (a, b) => a + b, inverse: (a, b) => a - b, result: (a) => `=${a}` });
        say(() => db.prepare('SELECT x, total_of(x) OVER (ORDER BY x ROWS 1 PRECEDING) AS t FROM (VALUES (1), (2), (4)) AS v(x)').all().length);
        db.exec('CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT) STRICT');
        const insert = db.prepare('INSERT INTO t VALUES ($a, :b)');
        say(() => insert.run({ a: 1, b: 'x' }));
        say(() => insert.run({ a: 1, b: 'x' }));
        say(() => insert.run({ c: 1 }));
        say(() => db.prepare('SELECT * FROM t').columns());
        say(() => [...db.prepare('SELECT * FROM t').iterate()]);
        console.log(db, one);
    """,
    "files": """
        const fs = require('node:fs');
        const { DatabaseSync } = require('node:sqlite');
        const db = new DatabaseSync('a.db');
        console.log(db.prepare('PRAGMA journal_mode = WAL').get(), fs.readdirSync('.').sort());
        db.exec("CREATE TABLE t(a); INSERT INTO t VALUES ('one'), ('two')");
        const other = new DatabaseSync('file:a.db?mode=ro');
        console.log(other.prepare('SELECT count(*) AS n FROM t').get(), other.location() === db.location());
        try { other.exec('DELETE FROM t'); } catch (e) { console.log(e.message); }
        db.exec('BEGIN IMMEDIATE; DELETE FROM t');
        console.log(other.prepare('SELECT count(*) AS n FROM t').get(), db.isTransaction);
        db.exec('ROLLBACK');
        other.close();
        console.log(db.prepare('PRAGMA journal_mode = DELETE').get());
        const third = new DatabaseSync('a.db', { timeout: 5 });
        db.exec('BEGIN EXCLUSIVE');
        try { third.prepare('SELECT * FROM t').all(); } catch (e) { console.log(e.message, e.errcode); }
        db.exec('COMMIT');
        console.log(third.prepare('SELECT * FROM t').all());
        db.close();
        third.close();
        console.log(fs.readdirSync('.').sort());
    """,
}


STORAGE = """
    const s = sessionStorage;
    const say = (f) => { try { console.log(f()); } catch (e) { console.log(e.name, e.code, e.message); } };
    s.setItem('a', 1); s.b = 2; s.c = {}; s.getItem = 'hidden'; s.length = 7;
    say(() => [s.length, s.a, s.c, s.x, s.getItem('x'), s.key(0), s.key(9), typeof s.getItem, s.getItem('length')]);
    say(() => [Object.keys(s), 'a' in s, 'x' in s, delete s.a, delete s.x, 'a' in s, JSON.stringify(s), { ...s }]);
    say(() => [Object.getOwnPropertyDescriptor(s, 'b'), Object.getOwnPropertyDescriptor(s, 'x'), Object.defineProperty(s, 'd', { value: 5 }).d]);
    for (const f of [() => s.setItem('q'), () => s.getItem(), () => new Storage(), () => Storage.prototype.key.call({}, 0)]) say(f);
    say(() => { s.d = Symbol(); });
    say(() => { s.big = 'x'.repeat(6e6); });
    s.clear();
    console.log(s, require('util').types.isProxy(s), s instanceof Storage, String(s));
    console.log(localStorage.kept, localStorage.kept = `${localStorage.kept}-again é\u20ac`);
"""


def test_storage(compare: Comparison) -> None:
    compare(["--no-warnings", "--experimental-webstorage", "--localstorage-file=kept", "program.js"], {"program.js": STORAGE})


def test_storage_files_are_nodes(edge_node: Path, tmp_path: Path) -> None:
    options = ["--no-warnings", "--experimental-webstorage", "--localstorage-file=kept", "-p"]
    add = "localStorage.all = (localStorage.getItem('all') ?? '') + 'é€'"
    nodes = [real_node(), edge_node, real_node(), edge_node]
    assert [run_node(node, [*options, add], tmp_path).stdout.strip() for node in nodes] == ["é€" * n for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("name", COMPARED)
def test_compared(name: str, compare: Comparison) -> None:
    compare(["--no-warnings", "program.js"], {"program.js": COMPARED[name]})


# Node crashes on some of these.
IN_CALLBACKS = """
    const { DatabaseSync } = require('node:sqlite');
    const db = new DatabaseSync(':memory:');
    const say = (f) => { try { console.log(f()); } catch (e) { console.log(e.code ?? e.name, e.message); } };
    let statement;
    const uses = { close: () => db.close(), again: () => statement.get(), deeper: () => db.prepare('SELECT use() AS u').get().u };
    let use;
    db.function('use', () => use());
    statement = db.prepare('SELECT use() AS u');
    for (const name of Object.keys(uses)) { use = uses[name]; say(() => statement.get()); }
    db.setAuthorizer(() => { db.exec('SELECT 1'); return 0; });
    say(() => db.exec('SELECT 2'));
    db.setAuthorizer(null);
    for (const sql of ["PRAGMA temp_store_directory = '/tmp'", "SELECT load_extension('x')", "ATTACH 'file:x?vfs=unix' AS x"]) say(() => db.exec(sql));
    say(() => db.prepare('SELECT 1 AS one').get().one);
"""


def test_what_callbacks_may_not_do(edge_node: Path, tmp_path: Path) -> None:
    ended = run_node(edge_node, ["--no-warnings", "-e", IN_CALLBACKS], tmp_path)
    assert ended.stdout.splitlines() == [
        "ERR_INVALID_STATE database is in use",
        "ERR_INVALID_STATE statement is in use",
        "RangeError Maximum call stack size exceeded",
        "ERR_INVALID_STATE database is in use by its authorizer",
        "ERR_SQLITE_ERROR not authorized",
        "ERR_SQLITE_ERROR not authorized",
        "ERR_SQLITE_ERROR no such vfs: unix",
        "1",
    ], ended


def test_memory_is_counted(edge_node: Path, tmp_path: Path) -> None:
    program = """
        const db = new (require('node:sqlite').DatabaseSync)(':memory:');
        db.exec('CREATE TABLE t(a)');
        try { for (;;) db.exec('INSERT INTO t VALUES (zeroblob(1000000))'); } catch (e) { console.log(e.message); }
        db.close();
        const again = new (require('node:sqlite').DatabaseSync)(':memory:');
        console.log(again.prepare('SELECT length(zeroblob(1000000)) AS n').get().n);
    """
    ended = run_node(edge_node, ["--host-memory", "8MB", "--no-warnings", "-e", program], tmp_path)
    assert ended.stdout.splitlines() == ["out of memory", "1000000"], ended


def test_sql_that_never_ends_is_ended(edge_node: Path, tmp_path: Path) -> None:
    program = """
        const db = new (require('node:sqlite').DatabaseSync)(':memory:');
        db.exec('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c');
    """
    assert run_node(edge_node, ["--timeout", "1", "--no-warnings", "-e", program], tmp_path).status == 124

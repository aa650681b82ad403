"""`Runtime.fs`: an environment's files, from Python."""

from __future__ import annotations

import asyncio
import errno
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import edgejs

pytestmark = pytest.mark.usefixtures("edge_node")
pytest.importorskip("edgejs._native")


def test_files_that_programs_load() -> None:
    with edgejs.Runtime() as runtime:
        runtime.fs.write(
            "/app/x.js", "globalThis.ran = (globalThis.ran ?? 0) + 1; exports.name = __filename; exports.dep = require('./lib/y.cjs')"
        )
        runtime.fs.write("/app/lib/y.cjs", b"module.exports = 'y'")
        runtime.fs.write("/app/m.mjs", "import x from './x.js'; export const got = x.dep; export default import.meta.url")
        runtime.fs.write("/app/node_modules/p/package.json", '{"main": "i.js"}')
        runtime.fs.write("/app/node_modules/p/i.js", "module.exports = 'package'")
        runtime.fs.write("/app/main.js", "globalThis.main = require('p'); setTimeout(() => { process.exitCode = 3 }, 1)")
        assert runtime.eval("require('/app/x.js')") == {"name": "/app/x.js", "dep": "y"}
        assert runtime.require("/app/x.js").name.value() == "/app/x.js"
        module = runtime.import_module("/app/m.mjs")
        assert (module.got.value(), module.default.value()) == ("y", "file:///app/m.mjs")
        assert runtime.run_file("/app/main.js") == 3
    with edgejs.Runtime(cwd="/tmp") as runtime:
        runtime.fs.write("/tmp/here.js", "process.exit(9)")
        assert runtime.run_file("here.js") == 9


def test_both_sides_see_the_same() -> None:
    with edgejs.Runtime() as runtime:
        fs = runtime.fs
        runtime.eval("fs = require('fs'); fs.mkdirSync('/tmp/a'); fs.writeFileSync('/tmp/a/b', 'text'); fs.symlinkSync('b', '/tmp/a/link')")
        assert fs.list("/tmp/a") == ["b", "link"] and fs.list() == ["dev", "tmp"]
        assert fs.read("/tmp/a/b") == fs.read("/tmp/a/link") == b"text" and fs.read_text(Path("/tmp/a/b")) == "text"
        fs.write("/tmp/a/b", "t")
        assert runtime.eval("fs.readFileSync('/tmp/a/link', 'utf8')") == "t"
        fs.write("/tmp/empty", b"")
        fs.write("/tmp/deep/er/est", memoryview(b"\0\xff"))
        assert runtime.eval("[fs.statSync('/tmp/empty').size, fs.readFileSync('/tmp/deep/er/est')]") == [0, b"\0\xff"]
        fs.mkdir("/tmp/x/y")
        fs.mkdir("/tmp/x/y")
        assert runtime.eval("fs.readdirSync('/tmp/x')") == ["y"]
        assert [fs.exists(path) for path in ("/tmp/x/y", "/tmp/a/link", "/tmp/no", "/tmp/a/b/no", "/")] == [True, True, False, False, True]
        fs.remove("/tmp/a")
        fs.remove("/tmp/empty")
        assert runtime.eval("fs.readdirSync('/tmp').join()") == "deep,x"
        fs.write("/tmp/\udcff ü", "odd name")
        assert "\udcff ü" in fs.list("/tmp") and fs.read("/tmp/\udcff ü") == b"odd name"


def test_what_the_program_may_only_read() -> None:
    with edgejs.Runtime() as runtime:
        runtime.fs.write("/app/x.js", "1")
        for code in (
            "writeFileSync('/app/x.js', '2')",
            "writeFileSync('/app/new', '2')",
            "unlinkSync('/app/x.js')",
            "mkdirSync('/app/d')",
            "chmodSync('/app/x.js', 0)",
            "writeFileSync('/new', '')",
        ):
            with pytest.raises(edgejs.JavaScriptError, match="EROFS"):
                runtime.eval(f"require('fs').{code}")
        assert runtime.fs.read("/app/x.js") == b"1"
        runtime.fs.write("/app/x.js", "3")
        assert runtime.eval("require('fs').readFileSync('/app/x.js', 'utf8')") == "3"


@pytest.mark.parametrize(
    ("ask", "kind", "number", "filename"),
    [
        (lambda fs: fs.read("/tmp/no"), FileNotFoundError, errno.ENOENT, "/tmp/no"),
        (lambda fs: fs.read("/tmp"), IsADirectoryError, errno.EISDIR, "/tmp"),
        (lambda fs: fs.list("/tmp/no"), FileNotFoundError, errno.ENOENT, "/tmp/no"),
        (lambda fs: fs.list("/tmp/file"), NotADirectoryError, errno.ENOTDIR, "/tmp/file"),
        (lambda fs: fs.write("/tmp", "x"), IsADirectoryError, errno.EISDIR, "/tmp"),
        (lambda fs: fs.write("/tmp/file/x", "x"), NotADirectoryError, errno.ENOTDIR, "/tmp/file/x"),
        (lambda fs: fs.mkdir("/tmp/file"), FileExistsError, errno.EEXIST, "/tmp/file"),
        (lambda fs: fs.mkdir("/tmp/file/x"), NotADirectoryError, errno.ENOTDIR, "/tmp/file/x"),
        (lambda fs: fs.remove("/tmp/no"), FileNotFoundError, errno.ENOENT, "/tmp/no"),
        (lambda fs: fs.remove("/tmp"), OSError, errno.EBUSY, "/tmp"),
        (lambda fs: fs.write("/dev/x", "x"), OSError, errno.EROFS, "/dev/x"),
        (lambda fs: fs.read("/tmp/file", limit=2), OSError, errno.EFBIG, "/tmp/file"),
        (lambda fs: fs.read("/tmp/loop"), OSError, errno.ELOOP, "/tmp/loop"),
        (lambda fs: fs.exists("/tmp/loop"), OSError, errno.ELOOP, "/tmp/loop"),
        (lambda fs: fs.read("/" + "x" * 5000), OSError, errno.ENAMETOOLONG, "/" + "x" * 5000),
    ],
)
def test_errors(ask: Any, kind: type[OSError], number: int, filename: str) -> None:
    with edgejs.Runtime() as runtime:
        runtime.fs.write("/tmp/file", "text")
        runtime.eval("require('fs').symlinkSync('loop', '/tmp/loop')")
        with pytest.raises(OSError) as raised:
            ask(runtime.fs)
        assert (type(raised.value), raised.value.errno, raised.value.filename) == (kind, number, filename)


def test_arguments() -> None:
    with edgejs.Runtime() as runtime:
        for path in ("x", "", "./x", "tmp/x"):
            with pytest.raises(ValueError, match=r"^path: .* is not absolute"):
                runtime.fs.read(path)
        with pytest.raises(TypeError, match=r"^path: "):
            runtime.fs.read(b"/x")  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            runtime.fs.write("/tmp/x", 3)  # type: ignore[arg-type]
        with pytest.raises(OSError):
            runtime.fs.read("/tmp/a\0b")
    with pytest.raises(edgejs.RuntimeClosedError):
        runtime.fs.read("/tmp/x")
    with pytest.raises(edgejs.RuntimeClosedError):
        runtime.fs.changes()


def test_links_of_the_program_lead_nowhere_new(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "ro").mkdir()
    (tmp_path / "ro" / "kept").write_text("kept")
    with edgejs.Runtime(policy=edgejs.Policy(volumes=[f"{tmp_path}/ro:/ro"])) as runtime:
        runtime.eval(f"fs = require('fs'); fs.symlinkSync({str(tmp_path)!r}, '/tmp/host'); fs.symlinkSync('/ro/kept', '/tmp/kept')")
        with pytest.raises(FileNotFoundError):
            runtime.fs.read("/tmp/host/secret")
        # A parent that is a link to nothing, and one into what only Python may change.
        for path in ("/tmp/host/new", "/tmp/kept"):
            with pytest.raises(OSError):
                runtime.fs.write(path, "x")
        runtime.fs.write("/app/x", "mine")
        runtime.eval("fs.symlinkSync('/app/x', '/tmp/mine')")
        with pytest.raises(OSError):
            runtime.fs.write("/tmp/mine", "by a link of the program")
        assert runtime.fs.read("/app/x") == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ro", "secret"]
    assert (tmp_path / "ro" / "kept").read_text() == "kept"


def test_volumes(tmp_path: Path) -> None:
    for name in ("ro", "rw", "cow"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").write_text("old")
        (tmp_path / name / "other").write_text("other")
    policy = edgejs.Policy(volumes=[f"{tmp_path}/ro:/ro", f"{tmp_path}/rw:/rw:rw", f"{tmp_path}/cow:/cow:cow"])
    with edgejs.Runtime(policy=policy) as runtime:
        assert runtime.fs.changes() == ()
        with pytest.raises(OSError) as raised:
            runtime.fs.write("/ro/old", "new")
        assert raised.value.errno == errno.EROFS
        runtime.fs.write("/rw/new", "new")
        runtime.eval("fs = require('fs'); fs.writeFileSync('/cow/old', 'new'); fs.rmSync('/cow/other'); fs.mkdirSync('/cow/d')")
        runtime.fs.write("/cow/d/made", "made")
        assert runtime.fs.changes() == (
            edgejs.Change("/cow/d", "added"),
            ("/cow/d/made", "added"),
            ("/cow/old", "changed"),
            ("/cow/other", "removed"),
        )
        assert runtime.fs.read("/cow/old") == b"new"
    assert (tmp_path / "rw" / "new").read_text() == "new"
    assert (
        sorted(path.name for path in (tmp_path / "cow").iterdir()) == ["old", "other"] and (tmp_path / "cow" / "old").read_text() == "old"
    )


def test_an_open_policy_s_files_are_the_host_s(tmp_path: Path) -> None:
    with edgejs.Runtime(policy=edgejs.Policy.open()) as runtime:
        runtime.fs.write(tmp_path / "a" / "b", "text")
        assert (tmp_path / "a" / "b").read_text() == "text"
        assert runtime.fs.list(tmp_path) == ["a"] and runtime.fs.changes() == ()
        runtime.fs.remove(tmp_path / "a")
        assert not (tmp_path / "a").exists()


def test_memory_counts() -> None:
    with edgejs.Runtime(limits=edgejs.Limits(host_memory="1MB")) as runtime:
        runtime.fs.write("/tmp/x", "old")
        with pytest.raises(OSError) as raised:
            runtime.fs.write("/tmp/x", bytes(2_000_000))
        assert raised.value.errno == errno.ENOSPC
        assert runtime.fs.read("/tmp/x") == b"old"


def test_while_something_runs_and_after_it_was_ended() -> None:
    with edgejs.Runtime(limits=edgejs.Limits(wall_time=20)) as runtime:

        def wait() -> None:
            code = "fs = require('fs'); while (!fs.existsSync('/tmp/go')); fs.writeFileSync('/tmp/done', 'yes'); for (;;);"
            with pytest.raises(edgejs.RuntimeClosedError):
                runtime.eval(code)

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        runtime.fs.write("/tmp/go", "")
        while not runtime.fs.exists("/tmp/done"):
            pass
        runtime.close()
        thread.join(20)
    with edgejs.Runtime(limits=edgejs.Limits(wall_time=0.2)) as runtime:
        with pytest.raises(edgejs.WallTimeLimitExceeded):
            runtime.eval("require('fs').writeFileSync('/tmp/trace', 'was here'); for (;;);")
        assert runtime.fs.read("/tmp/trace") == b"was here"


def test_from_functions_and_asyncio() -> None:
    with edgejs.Runtime() as runtime:
        runtime.expose("tools", {"put": lambda path, text: runtime.fs.write(path, text)})
        assert runtime.eval("require('host:tools').put('/app/y.js', 'module.exports = 5'); require('/app/y.js')") == 5

    async def main() -> Any:
        async with edgejs.AsyncRuntime() as runtime:
            runtime.fs.write("/app/main.mjs", "export default await Promise.resolve(6)")
            module = await runtime.import_module("/app/main.mjs")
            return await module.default.value()

    assert asyncio.run(main()) == 6


NAMES = st.sampled_from(["a", "b", "c", "ü", "a b", ".x"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "/tmp/" + "/".join(names))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), PATHS, st.binary(max_size=9)),
        st.tuples(st.just("mkdir"), PATHS),
        st.tuples(st.just("remove"), PATHS),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_against_a_folder_of_the_host(steps: list[tuple[Any, ...]], tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same steps through Python's own calls leave the same tree and raise the same errors."""
    import shutil

    top = tmp_path_factory.mktemp("model")

    def model(step: tuple[Any, ...]) -> type[BaseException] | None:
        path = top / step[1].removeprefix("/tmp/")
        try:
            if step[0] == "write":
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(step[2])
            elif step[0] == "mkdir":
                path.mkdir(parents=True, exist_ok=True)
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError as error:
            # `mkdir(parents=True)` says FileExistsError for a parent that is a file, sometimes.
            return NotADirectoryError if isinstance(error, FileExistsError) and step[0] == "write" else type(error)
        return None

    def real(step: tuple[Any, ...]) -> type[BaseException] | None:
        try:
            getattr(runtime.fs, step[0])(*step[1:])
        except OSError as error:
            return type(error)
        return None

    def tree(folder: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in runtime.fs.list(folder):
            path = f"{folder}/{name}"
            try:
                found[name] = runtime.fs.read(path)
            except IsADirectoryError:
                found[name] = tree(path)
        return found

    def model_tree(folder: Path) -> dict[str, Any]:
        return {path.name: model_tree(path) if path.is_dir() else path.read_bytes() for path in folder.iterdir()}

    with edgejs.Runtime() as runtime:
        for step in steps:
            assert real(step) == model(step), step
        assert tree("/tmp") == model_tree(top)

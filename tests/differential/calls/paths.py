"""`path.posix` and `path.win32`, and the paths of file URLs."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.values import STRINGS, WRONG, call, literal, one_of, options

_PARTS = (
    "a",
    "b.c",
    ".",
    "..",
    "/",
    "//",
    "\\",
    "\\\\",
    "C:",
    "c:",
    "..\\",
    "",
    "file.tar.gz",
    ".x",
    "x.",
    " ",
    "?",
    "UNC",
    "server",
    "é",
    "\0",
    "*",
    "//?/",
    "\\\\.\\",
    "CON",
    "nul",
    ":",
    "Ā",
)
_PATHS = st.lists(st.sampled_from(_PARTS), max_size=6).map(lambda found: literal("".join(found)))
_ANY = st.one_of(_PATHS, _PATHS, _PATHS, _PATHS, STRINGS, WRONG)
_GLOBS = st.lists(
    st.sampled_from(["a", "*", "**", "/", "?", "[ab]", "{a,b}", "!", ".", "b", "\\", "[!a]", "@(a|b)", "+(a)"]), max_size=5
).map(lambda found: literal("".join(found)))


def _of(kind: str) -> st.SearchStrategy[str]:
    path = f"path.{kind}"
    return st.one_of(
        call(f"{path}.basename", _ANY, st.one_of(one_of("", "''", "'.c'", "'a'", "'.gz'", "5"), _PATHS)),
        call(f"{path}.dirname", _ANY),
        call(f"{path}.extname", _ANY),
        call(f"{path}.isAbsolute", _ANY),
        call(f"{path}.join", _ANY, _ANY, _ANY),
        call(f"{path}.normalize", _ANY),
        call(f"{path}.parse", _ANY),
        # From a root, so that the answer does not have the working folder of the process.
        call(f"{path}.resolve", one_of("'/'", "'C:\\\\'", "'/a/b'", "'\\\\\\\\server\\\\share\\\\'"), _ANY, _ANY)
        if kind == "posix"
        else call(f"{path}.resolve", one_of("'C:\\\\'", "'C:\\\\a'", "'\\\\\\\\s\\\\h\\\\'"), _PATHS),
        call(
            f"{path}.toNamespacedPath",
            _ANY.map(lambda source: source if kind == "posix" or not source.startswith('"') else literal("C:\\") + " + " + source),
        ),
        call(
            f"{path}.format",
            options(
                dir=_ANY.map(_present), root=_ANY.map(_present), base=_ANY.map(_present), name=_ANY.map(_present), ext=_ANY.map(_present)
            ).map(lambda source: source or "{}"),
        ),
        call(f"{path}.format", WRONG),
        st.tuples(_PATHS, _PATHS).map(lambda found: f"{path}.relative('/' + {found[0]}, '/' + {found[1]})")
        if kind == "posix"
        else st.tuples(_PATHS, _PATHS).map(lambda found: f"{path}.relative('C:\\\\' + {found[0]}, 'C:\\\\' + {found[1]})"),
        call(f"{path}.matchesGlob", _PATHS, _GLOBS),
    )


def _present(source: str) -> str:
    return source or "undefined"


CALLS = st.one_of(_of("posix"), _of("win32"))

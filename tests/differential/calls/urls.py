"""`url`: the WHATWG classes, the older functions, host names in ASCII and Unicode."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.values import STRINGS, VALUES, WRONG, call, literal, one_of, options

_PARTS = (
    "http:", "https:", "file:", "ws:", "mailto:", "javascript:", "data:", "blob:", "a:", "HTTP:", "//", "/", "\\", "?", "#", "@", ":", "user", "user:p%40", "host", "EXAMPLE.com", "xn--nxasmq6b",
    "münchen.de", "日本語.jp", "ß.de", "127.0.0.1", "0x7f.1", "[::1]", "[::ffff:1.2.3.4]", "1.2.3", "256", "80", "443", "99999", "a/b", "..", ".", "%2e%2e", "%", "%zz", "%41", "é", " ", "\t", "\n", "\0", "'", '"',
    "<", ">", "|", "^", "`", "{", "}", "~", "q=1", "&b", "+", ";", "\U0001f600", "\ud800", "C:", "C|", "*", "x.", "\xad", "\u200d", "｡", "ﬁ", "İ", "xn--", "xn--a", "localhost", "[", "]", "1e3", "0",
)  # fmt: skip
URLS = st.tuples(
    st.sampled_from(["", "", "http://", "https://h/", "file:///", "a:", "a://", "//", "http://u:p@h:1"]),
    st.lists(st.sampled_from(_PARTS), max_size=6),
).map(lambda found: literal(found[0] + "".join(found[1])))
_BASES = one_of("", "", "'http://h/a/b?c#d'", "'file:///x/y'", "'a:b'", "'a://h/p'", "'https://u:p@h:8/'", "'/x'", "5")
_HOSTS = st.lists(
    st.sampled_from(
        [
            "a",
            "B",
            ".",
            "-",
            "é",
            "ß",
            "xn--",
            "日",
            "0",
            "\u200d",
            "İ",
            "ﬁ",
            "｡",
            "_",
            "%41",
            "1",
            "\xad",
            "م",
            "א",
            "\U0001f600",
            " ",
            "xn--fa-hia",
            "xn--zca",
            "[::1]",
            ":",
            "ς",
            "Σ",
        ]
    ),
    max_size=6,
).map(lambda found: literal("".join(found)))
_QUERIES = st.lists(st.sampled_from(["a", "b", "=", "&", "%41", "%", "+", "é", "?", "#", " ", "\ud800", "\0", "%E9", "c"]), max_size=8).map(
    lambda found: literal("".join(found))
)
_SETTERS = st.sampled_from(["href", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"])
_SET = st.one_of(
    URLS,
    STRINGS,
    one_of(
        "'https'",
        "'file:'",
        "'a:'",
        "'80'",
        "'8080x'",
        "''",
        "'?x'",
        "'#'",
        "'a b'",
        "'h:9'",
        "'//'",
        "5",
        "null",
        "undefined",
        "'..'",
        "'\\\\a'",
        "'[::2]'",
        "'é.com'",
    ),
    _HOSTS,
)
_ALL = "(u) => [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash]"
_PARAMS = st.one_of(
    _QUERIES,
    _QUERIES,
    one_of(
        "{ a: 1, b: [2, 3] }",
        "[['a', 'b'], ['a', 'c']]",
        "new Map([['k', 'v']])",
        "[['a']]",
        "[5]",
        "'?a=b'",
        "new URLSearchParams('x=y')",
        "Symbol('a')",
        "null",
        "undefined",
        "{ [Symbol.iterator]: 5 }",
    ),
    VALUES,
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["append", "set"]), _QUERIES, _QUERIES).map(lambda found: f"p.{found[0]}({found[1]}, {found[2]})"),
        st.tuples(st.sampled_from(["delete", "get", "getAll", "has"]), _QUERIES).map(lambda found: f"p.{found[0]}({found[1]})"),
        st.tuples(st.sampled_from(["append", "set", "delete", "get", "has", "forEach"]), VALUES).map(
            lambda found: f"p.{found[0]}({found[1]})"
        ),
        one_of("p.sort()", "p.size", "[...p]", "[...p.keys()]", "p.entries()", "p.values().next()", "p.toString()"),
    ),
    min_size=1,
    max_size=3,
).map(lambda found: f"[{', '.join(found)}, String(p), p]")

CALLS = st.one_of(
    st.tuples(URLS, _BASES).map(lambda found: f"({_ALL})(new URL({found[0]}{', ' if found[1] else ''}{found[1]}))"),
    st.tuples(URLS, _BASES).map(lambda found: f"({_ALL})(new URL({found[0]}{', ' if found[1] else ''}{found[1]}))"),
    st.tuples(URLS, _SETTERS, _SET).map(
        lambda found: f"((u) => {{ u.{found[1]} = {found[2]}; return ({_ALL})(u); }})(new URL({found[0]}, 'http://u:p@h:1/a/b?c#d'))"
    ),
    st.tuples(_SETTERS, _SET).map(
        lambda found: f"((u) => {{ u.{found[0]} = {found[1]}; return ({_ALL})(u); }})(new URL('http://u:p@h:1/a/b?c#d'))"
    ),
    call("new URL", WRONG, WRONG),
    call("URL.canParse", st.one_of(URLS, WRONG), _BASES),
    call("URL.parse", st.one_of(URLS, WRONG), _BASES),
    call("url.parse", st.one_of(URLS, URLS, WRONG), one_of("", "true", "false"), one_of("", "true")).filter(
        lambda source: not source.startswith("url.parse(,")
    ),
    call("url.resolve", URLS, URLS),
    call("url.format", URLS.map(lambda source: f"url.parse({source})")),
    call(
        "url.format",
        options(
            protocol=_SET,
            slashes=one_of("true", "false"),
            auth=_SET,
            host=_SET,
            hostname=_HOSTS,
            port=_SET,
            pathname=_SET,
            search=_SET,
            query=_PARAMS,
            hash=_SET,
        ),
    ),
    st.tuples(
        URLS,
        options(
            auth=one_of("true", "false"), fragment=one_of("true", "false"), search=one_of("true", "false"), unicode=one_of("true", "false")
        ),
    ).map(lambda found: f"url.format(new URL({found[0]}, 'http://h'){', ' if found[1] else ''}{found[1]})"),
    call("url.domainToASCII", st.one_of(_HOSTS, _HOSTS, WRONG)),
    call("url.domainToUnicode", st.one_of(_HOSTS, _HOSTS, WRONG)),
    call(
        "url.fileURLToPath",
        st.one_of(URLS.map(lambda source: f"'file:///' + {source}"), URLS, WRONG),
        one_of("", "{ windows: true }", "{ windows: false }"),
    ),
    call("url.pathToFileURL", st.one_of(URLS.map(lambda source: f"'/' + {source}"), WRONG)),
    URLS.map(lambda source: f"url.pathToFileURL('C:\\\\' + {source}, {{ windows: true }})"),
    call("url.urlToHttpOptions", URLS.map(lambda source: f"new URL({source}, 'http://h')")),
    st.tuples(_PARAMS, _STEPS).map(lambda found: f"((p) => {found[1]})(new URLSearchParams({found[0]}))"),
    _STEPS.map(lambda steps: f"((u) => ((p) => [{steps}, u.href])(u.searchParams))(new URL('http://h/?a=b&a=c#x'))"),
)

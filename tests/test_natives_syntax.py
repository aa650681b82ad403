"""`%Name(…)`: only with --allow-natives-syntax; requests to V8's compiler are accepted and ask for nothing."""

from __future__ import annotations

from tests.comparison import Comparison

PROGRAM = """
function add(a, b) { return a + b; }
%PrepareFunctionForOptimization(add);
add(1, 2);
console.log(%OptimizeFunctionOnNextCall(add), add(1, 2), 7 %add(1, 2));
"""


def test_requests_to_the_compiler(compare: Comparison) -> None:
    compare(["--allow-natives-syntax", "a.js"], {"a.js": PROGRAM})
    compare(
        ["a.js"],
        {"a.js": "require('v8').setFlagsFromString('--allow_natives_syntax'); console.log(eval('%NeverOptimizeFunction(() => 1)'));"},
    )


def test_without_the_flag(compare: Comparison) -> None:
    assert compare(["a.js"], {"a.js": PROGRAM}, stderr=False).status == 1

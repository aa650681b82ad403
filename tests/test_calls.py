"""Calls at their edges: very many arguments, private methods on strangers."""

from __future__ import annotations

from tests.comparison import Comparison


def test_very_many_arguments(compare: Comparison) -> None:
    compare(
        [
            "-e",
            """
            const list = Array.from({ length: 0x10000 + 10 }, (_, i) => i);
            console.log(Math.max(...list), [].concat.apply([], list).length, (function () { return arguments.length; }).apply(null, list));
            console.log(Reflect.apply(Math.min, null, list));
            """,
        ]
    )


def test_private_methods_on_strangers(compare: Comparison) -> None:
    compare(
        [
            "-e",
            """
            class A { #p() {} static call(o) { return o.#p(); } }
            class B { get #p() { return 1; } static call(o) { return o.#p; } }
            class C { static #p() {} static call(o) { return o.#p(); } }
            for (const c of [A, B, C, class { #p() {} static call(o) { return o.#p(); } }]) {
              for (const stranger of [{}, 1, 'x']) {
                try { c.call(stranger); } catch (e) { console.log(e.name, e.message); }
              }
            }
            """,
        ]
    )

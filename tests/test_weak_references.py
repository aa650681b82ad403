"""WeakRef and the job: what it refers to stays until the end of the job that saw it, and may go afterwards."""

from __future__ import annotations

from tests.comparison import Comparison


def test_target_stays_until_the_end_of_the_job(compare: Comparison) -> None:
    compare(
        [
            "--expose-gc",
            "-e",
            """
            const made = new WeakRef({ n: 1 });
            gc();
            console.log(made.deref());
            let seen = new WeakRef({});
            for (let i = 0; i < 1e5; i++) seen.deref();
            setImmediate(() => {
              gc();
              console.log(made.deref(), seen.deref());
              (() => { const held = { n: 2 }; seen = new WeakRef(held); })();
              gc();
              console.log(seen.deref());
              setImmediate(() => { gc(); console.log(seen.deref()); });
            });
            """,
        ]
    )


def test_abort_listeners_of_one_signal(compare: Comparison) -> None:
    compare(
        [
            "-e",
            """
            const target = new EventTarget(), controller = new AbortController();
            const options = { signal: controller.signal, once: true };
            target.addEventListener('a', () => console.log('a'), options);
            target.addEventListener('b', () => console.log('b'), options);
            controller.abort();
            target.dispatchEvent(new Event('a'));
            target.dispatchEvent(new Event('b'));
            """,
        ]
    )

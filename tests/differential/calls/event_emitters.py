"""`events`: emitters, targets, and what they say to wrong arguments."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential.values import VALUES, WRONG, call, one_of, options

_NAME = one_of("'a'", "'b'", "'error'", "'newListener'", "'removeListener'", "Symbol.for('s')", "''", "5", "'__proto__'", "undefined")
_LISTENER = st.one_of(one_of("f", "f", "g", "g", "h"), WRONG.map(lambda source: source or "undefined"))
_STEP = st.one_of(
    st.tuples(
        st.sampled_from(["on", "once", "prependListener", "prependOnceListener", "off", "removeListener", "addListener"]), _NAME, _LISTENER
    ).map(lambda found: f"void e.{found[0]}({found[1]}, {found[2]})"),
    st.tuples(_NAME, VALUES).map(lambda found: f"e.emit({found[0]}, {found[1]})"),
    _NAME.map(lambda name: f"e.emit({name})"),
    _NAME.map(lambda name: f"e.listenerCount({name})"),
    _NAME.map(lambda name: f"e.listeners({name})"),
    _NAME.map(lambda name: f"e.rawListeners({name})"),
    _NAME.map(lambda name: f"void e.removeAllListeners({name})"),
    one_of(
        "e.eventNames()", "e.getMaxListeners()", "void e.removeAllListeners()", "void e.setMaxListeners(1)", "e.setMaxListeners(-1)", "e"
    ),
)
_STEPS = st.lists(_STEP, min_size=1, max_size=5).map(", ".join)
_EMITTER = "new events.EventEmitter({})"
_TARGET_STEP = st.one_of(
    st.tuples(
        _NAME,
        _LISTENER,
        st.one_of(
            options(
                once=one_of("true", "false"), capture=one_of("true"), passive=one_of("true"), signal=one_of("AbortSignal.abort()", "5")
            ),
            one_of("true"),
        ),
    ).map(lambda found: f"t.addEventListener({', '.join(arg for arg in found if arg)})"),
    st.tuples(_NAME, _LISTENER).map(lambda found: f"t.removeEventListener({found[0]}, {found[1]})"),
    st.tuples(_NAME, options(cancelable=one_of("true"), bubbles=one_of("true"), composed=one_of("true"))).map(
        lambda found: f"t.dispatchEvent(new Event({', '.join(arg for arg in found if arg)}))"
    ),
    WRONG.map(lambda source: f"t.dispatchEvent({source})"),
)

CALLS = st.one_of(
    _STEPS.map(
        lambda steps: (
            f"((seen) => ((e, f, g, h) => [{steps}, seen])({_EMITTER}, (...a) => seen.push(['f', ...a]), function g(a) {{ seen.push(a); }}, () => {{ throw new Error('h'); }}))([])"
        )
    ),
    _STEPS.map(
        lambda steps: (
            f"((seen) => ((e, f, g, h) => [{steps}, seen])({_EMITTER}, (...a) => seen.push(['f', ...a]), function g(a) {{ seen.push(a); }}, () => {{ throw new Error('h'); }}))([])"
        )
    ),
    st.lists(_TARGET_STEP, min_size=1, max_size=4).map(
        lambda steps: (
            f"((seen) => ((t, f, g, h) => [{', '.join(steps)}, seen])(new EventTarget(), (e) => {{ seen.push(e.type, e.eventPhase, e.cancelable); }}, {{ handleEvent(e) {{ seen.push(this === e); }} }}, (e) => e.preventDefault()))([])"
        )
    ),
    call("new events.EventEmitter", WRONG),
    call("events.getEventListeners", WRONG, _NAME),
    call("events.listenerCount", WRONG, _NAME),
    call("events.setMaxListeners", WRONG, WRONG),
    call("events.getMaxListeners", WRONG),
    call("events.addAbortListener", WRONG, WRONG),
    call("await events.once", WRONG, _NAME, one_of("{ signal: AbortSignal.abort() }", "{ signal: 5 }", "{ signal: AbortSignal.abort(5) }")),
    call("events.on", WRONG, _NAME, one_of("{ signal: AbortSignal.abort() }", "{ signal: 5 }")),
    st.tuples(WRONG, options(cancelable=one_of("true"), bubbles=one_of("1"))).map(
        lambda found: (
            f"((e) => [e.type, e.bubbles, e.cancelable, e.defaultPrevented, e.composedPath()])(new Event({', '.join(arg for arg in found if arg)}))"
        )
    ),
    st.tuples(WRONG, WRONG).map(lambda found: f"((e) => [e.type, e.detail])(new CustomEvent({', '.join(arg for arg in found if arg)}))"),
    call("AbortSignal.timeout", one_of("-1", "NaN", "'5'", "undefined", "2 ** 53")),
    call("AbortSignal.any", st.one_of(WRONG, one_of("[AbortSignal.abort(1)]", "[]", "[5]"))),
    call("await Promise.reject", VALUES),
)

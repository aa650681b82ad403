//! Whatever goes wrong in the engine is an answer, never the end of the process.

mod plain_host;

use edge_quickjs::{Closing, Config, Engine, Poison};
use plain_host::{PlainHost, engine, eval};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

fn after(how: i32) -> Option<Poison> {
    let engine = engine();
    assert_eq!(engine.edge_break_for_test(0), Ok(0));
    assert_eq!(engine.edge_break_for_test(how), Err(Closing));
    assert_eq!(engine.edge_break_for_test(0), Err(Closing), "a poisoned engine refuses");
    engine.poison()
}

#[test]
fn reads_outside_of_memory() {
    assert_eq!(after(1), Some(Poison::OutOfBounds));
}

#[test]
fn writes_outside_of_memory() {
    assert_eq!(after(2), Some(Poison::OutOfBounds));
}

#[test]
fn unreachable_code() {
    assert_eq!(after(3), Some(Poison::Unreachable));
}

#[test]
fn shadow_stack_overflow() {
    // Whichever of the two stacks ends first.
    assert!(matches!(after(5), Some(Poison::OutOfBounds | Poison::StackOverflow)));
}

#[test]
fn host_stack_overflow() {
    assert_eq!(after(6), Some(Poison::StackOverflow));
}

#[test]
fn bad_function_index() {
    assert_eq!(after(7), Some(Poison::BadCall));
}

#[test]
fn division_by_zero() {
    assert_eq!(after(8), Some(Poison::Arithmetic));
}

/// An engine whose `native(id)` is the closure.
fn engine_with(native: impl Fn(&Engine, i32) -> i32 + 'static) -> Box<Engine> {
    let engine = Engine::new(Config::default(), Box::new(PlainHost(native))).unwrap();
    assert_eq!(engine.edge_init(), Ok(0));
    engine.edge_natives_for_test().unwrap();
    engine
}

/// Says when it is dropped.
struct Witness(Rc<Cell<u32>>);

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn a_nested_trap_unwinds_every_level_and_runs_every_destructor() {
    let dropped = Rc::new(Cell::new(0));
    let seen = Rc::new(RefCell::new(Vec::new()));
    let (inner_dropped, inner_seen) = (Rc::clone(&dropped), Rc::clone(&seen));
    let engine = engine_with(move |engine, depth| {
        let _witness = Witness(Rc::clone(&inner_dropped));
        let result =
            if depth == 0 { engine.edge_break_for_test(1).map(f64::from) } else { eval(engine, &format!("native({})", depth - 1)) };
        inner_seen.borrow_mut().push(result);
        7
    });
    assert_eq!(eval(&engine, "native(5)"), Err(Closing));
    assert_eq!(dropped.get(), 6);
    assert_eq!(*seen.borrow(), vec![Err(Closing); 6]);
    assert_eq!(engine.poison(), Some(Poison::OutOfBounds));
}

#[test]
fn a_panic_of_a_host_function_poisons_and_goes_no_further() {
    let engine = engine_with(|_, _| panic!("on purpose"));
    assert_eq!(eval(&engine, "try { native(1) } catch {} 5"), Err(Closing));
    assert_eq!(engine.poison(), Some(Poison::HostPanic));
}

#[test]
fn a_host_function_may_call_another_engine_that_traps() {
    let other = engine();
    let engine = engine_with(move |_, _| i32::from(other.edge_break_for_test(1) == Err(Closing)));
    assert_eq!(eval(&engine, "native(1) + native(2)"), Ok(2.0));
    assert_eq!(engine.poison(), None);
}

#[test]
fn many_engines_break_one_after_the_other() {
    for round in 0..40 {
        assert!(after([1, 3, 6, 7][round % 4]).is_some());
    }
}

#[test]
fn javascript_recursion_throws_and_the_engine_lives() {
    let engine = engine_with(|engine, _| eval(engine, "native(0)").map_or(-1, |value| value as i32));
    assert_eq!(eval(&engine, "function f() { return f() + 1 } try { f() } catch (e) { e instanceof RangeError ? 1 : 0 }"), Ok(1.0));
    assert_eq!(
        eval(
            &engine,
            "let a = []; for (let i = 0; i < 1e6; i++) a = [a]; try { JSON.stringify(a) } catch (e) { e instanceof RangeError ? 1 : 0 }"
        ),
        Ok(1.0)
    );
    // Through the host, many levels deep.
    assert!(eval(&engine, "native(0)").is_ok());
    assert_eq!(engine.poison(), None);
}

#[test]
fn memory_limit() {
    let config = Config { memory_limit: 64 << 20, ..Config::default() };
    let engine = Engine::new(config, Box::new(PlainHost(|_: &Engine, _| 0))).unwrap();
    assert_eq!(engine.edge_init(), Ok(0));
    assert!(!engine.take_limit_hit());
    assert!(eval(&engine, "const a = []; for (;;) a.push(new Uint8Array(1 << 20))").unwrap().is_nan());
    assert!(engine.take_limit_hit());
    assert!(engine.memory_size() <= 64 << 20);
    assert_eq!(eval(&engine, "1 + 1"), Ok(2.0));
    assert!(Engine::new(Config { memory_limit: 1 << 20, ..Config::default() }, Box::new(PlainHost(|_: &Engine, _| 0))).is_err());
}

//! Errors and pending exceptions; termination and kill at every depth.

mod isolate;

use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_napi::{CallInfo, Env, Error, ErrorKind, Isolate, Poison, Result, Value};
use isolate::{eval, global, isolate, native, text};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn errors_are_made_with_code_and_class() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    for (kind, name) in [
        (ErrorKind::Error, "Error"),
        (ErrorKind::TypeError, "TypeError"),
        (ErrorKind::RangeError, "RangeError"),
        (ErrorKind::SyntaxError, "SyntaxError"),
    ] {
        let error = env.create_error(kind, "ERR_X", "what — happened").unwrap();
        assert!(env.is_error(error).unwrap());
        env.set(env.global().unwrap(), "e", error).unwrap();
        assert_eq!(
            text(env, "[e.name, e.code, e.message, Object.prototype.hasOwnProperty.call(e, 'stack')].join()"),
            format!("{name},ERR_X,what — happened,true")
        );
    }
    let plain = env.create_error(ErrorKind::Error, "", "m").unwrap();
    assert!(!env.has(plain, "code").unwrap());
    let mut out = napi_value::NULL;
    let number = env.int32(1).unwrap();
    assert_eq!(raw!(env, napi_create_error(napi_value::NULL, number.0, &mut out)), napi_string_expected);
    assert_eq!(raw!(env, napi_create_error(number.0, env.string("m").unwrap().0, &mut out)), napi_string_expected);
    assert!(!env.is_error(env.object().unwrap()).unwrap());
    assert!(env.is_error(eval(env, "Object.setPrototypeOf(new Error, null)").unwrap()).unwrap());
    // A program that replaces the globals does not change what the host makes.
    text(env, "Error = TypeError = null");
    assert!(env.is_error(env.create_error(ErrorKind::TypeError, "", "m").unwrap()).unwrap());
}

#[test]
fn while_an_exception_is_pending_javascript_does_not_run() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let object = env.object().unwrap();
    assert_eq!(raw!(env, napi_throw_error(c"ERR_T".as_ptr(), c"thrown".as_ptr())), napi_ok);
    assert!(env.is_exception_pending().unwrap());
    let mut out = napi_value::NULL;
    assert_eq!(raw!(env, napi_get_named_property(object.0, c"x".as_ptr(), &mut out)), napi_pending_exception);
    assert_eq!(raw!(env, napi_call_function(object.0, object.0, 0, std::ptr::null(), &mut out)), napi_pending_exception);
    assert_eq!(raw!(env, napi_throw(object.0)), napi_pending_exception);
    assert!(env.object().is_ok() && env.string("still fine").is_ok());
    let error = env.take_exception().unwrap();
    assert_eq!(env.to_string_lossy(error).unwrap(), "Error: thrown");
    assert!(!env.is_exception_pending().unwrap());
    assert!(env.is_undefined(env.take_exception().unwrap()).unwrap());
    for value in ["undefined", "null", "0", "'text'", "Symbol.iterator"] {
        assert!(matches!(eval(env, &format!("throw {value}")), Err(Error::Pending)));
        let thrown = env.take_exception().unwrap();
        assert!(env.strict_equals(thrown, eval(env, value).unwrap()).unwrap());
    }
}

fn call_back(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.call(info.arg(0), info.this(), &info.args()[1..])
}

fn swallow(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    match env.catch(|| env.call(info.arg(0), info.this(), &[]))? {
        Ok(v) => Ok(v),
        Err(e) => env.string(&format!("caught {}", env.to_string_lossy(e)?)),
    }
}

#[test]
fn natives_catch_and_rethrow() {
    let isolate = isolate(&[native("callBack", call_back), native("swallow", swallow)]);
    let env = isolate.env();
    global(env, "callBack");
    global(env, "swallow");
    assert_eq!(text(env, "swallow(() => { throw new TypeError('t') })"), "caught TypeError: t");
    assert_eq!(
        text(env, "const mine = {}; let same; try { callBack(() => callBack(() => { throw mine })) } catch (e) { same = e === mine } same"),
        "true"
    );
}

const ENDLESS: &str = "try { for (;;) {} } catch { } finally { while (true) {} }";

/// Ends the isolate's script from another thread after a while.
fn later(isolate: &dyn Isolate, act: impl FnOnce(Arc<dyn edge_napi::Kill>) + Send + 'static) -> edge_wasix::thread::Thread<()> {
    let kill = isolate.kill_handle();
    let spec = edge_wasix::thread::ThreadSpec { name: "killer".into(), stack_size: 1 << 20 };
    edge_wasix::thread::spawn(spec, move || {
        edge_wasix::clock::sleep(Duration::from_millis(30));
        act(kill);
    })
    .unwrap()
}

#[test]
fn a_termination_passes_every_level_and_the_isolate_lives() {
    let isolate = isolate(&[native("callBack", call_back), native("swallow", swallow)]);
    let env = isolate.env();
    global(env, "callBack");
    global(env, "swallow");
    for depth in [0, 1, 5] {
        let source = (0..depth).fold(ENDLESS.to_owned(), |inner, level| {
            if level % 2 == 0 { format!("callBack(() => {{ {inner} }})") } else { format!("swallow(() => {{ {inner} }})") }
        });
        let thread = later(&*isolate, |kill| kill.terminate());
        assert!(matches!(eval(env, &source), Err(Error::Pending)), "depth {depth}");
        assert!(env.is_terminating());
        assert!(env.clear_termination().unwrap());
        assert!(!env.is_exception_pending().unwrap());
        assert_eq!(text(env, "1 + 1"), "2");
        thread.join().unwrap();
    }
    assert!(isolate.poisoned().is_none());
}

#[test]
fn a_kill_ends_it_at_every_depth() {
    for depth in [0, 1, 2, 7] {
        let isolate = isolate(&[native("callBack", call_back), native("swallow", swallow)]);
        let env = isolate.env();
        global(env, "callBack");
        global(env, "swallow");
        let source = (0..depth).fold(ENDLESS.to_owned(), |inner, level| {
            if level % 2 == 0 { format!("callBack(() => {{ {inner} }})") } else { format!("swallow(() => {{ {inner} }})") }
        });
        let thread = later(&*isolate, |kill| kill.kill());
        assert!(matches!(eval(env, &source), Err(Error::Closing)), "depth {depth}");
        assert_eq!(isolate.poisoned(), Some(Poison::Killed));
        assert!(matches!(env.object(), Err(Error::Closing)));
        assert!(matches!(env.int32(1), Err(Error::Closing)));
        thread.join().unwrap();
    }
}

#[test]
fn a_panic_of_a_native_poisons() {
    let isolate = isolate(&[native("bug", |_, _| panic!("a bug of the host"))]);
    let env = isolate.env();
    global(env, "bug");
    assert!(matches!(eval(env, "try { bug() } catch {}"), Err(Error::Closing)));
    assert_eq!(isolate.poisoned(), Some(Poison::Panic));
}

#[test]
fn memory_ends_as_an_error_or_as_poison() {
    let isolate = isolate(&[]);
    let env = isolate.env();
    let result = text(env, "const hog = []; try { for (;;) hog.push(new Uint8Array(1 << 20)) } catch (e) { hog.length = 0; String(e) }");
    assert!(result.contains("Array buffer allocation failed"), "{result}");
    assert_eq!(text(env, "1 + 1"), "2");
    let result = text(env, "let s = 'x'; try { for (;;) s += s } catch (e) { s = ''; String(e) }");
    assert!(result.contains("Error"), "{result}");
    assert!(isolate.poisoned().is_none());
}

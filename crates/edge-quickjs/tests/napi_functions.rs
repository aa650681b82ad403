//! Natives as functions: arguments, results, errors, nesting.

mod isolate;

use edge_napi::{CallInfo, Env, Error, Result, Value};
use isolate::{eval, global, isolate, native, text};

fn add(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let mut sum = 0.0;
    for arg in info.args() {
        sum += env.get_f64(*arg)?;
    }
    env.number(sum)
}

fn describe(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let this = env.to_string_lossy(info.this())?;
    env.string(&format!("{} {} {}", this, info.len(), info.new_target().is_some()))
}

fn call_back(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.call(info.arg(0), info.this(), &info.args()[1..])
}

fn fail(_: Env, _: &CallInfo<'_>) -> Result<Value> {
    Err(Error::range_error("ERR_TEST", "no good"))
}

#[test]
fn arguments_and_results_travel() {
    let isolate = isolate(&[native("add", add), native("describe", describe)]);
    let env = isolate.env();
    global(env, "add");
    global(env, "describe");
    assert_eq!(text(env, "add(1, 2, 3)"), "6");
    assert_eq!(text(env, "add()"), "0");
    assert_eq!(text(env, "add(0.5, 1e300)"), "1e+300");
    assert_eq!(text(env, "add(...Array(100).fill(2))"), "200");
    assert_eq!(text(env, "describe.call('x', 1, 2)"), "x 2 false");
    assert_eq!(text(env, "add.name + add.length + typeof add"), "add0function");
    assert_eq!(text(env, "String(add)"), "function add() { [native code] }");
}

#[test]
fn errors_are_thrown_where_the_native_was_called() {
    let isolate = isolate(&[native("fail", fail), native("add", add)]);
    let env = isolate.env();
    global(env, "fail");
    global(env, "add");
    assert_eq!(text(env, "try { fail() } catch (e) { e.name + e.code + e.message }"), "RangeErrorERR_TESTno good");
    assert_eq!(text(env, "fail()"), "threw RangeError: no good");
    assert_eq!(text(env, "add('x')"), "threw TypeError: The argument must be a number");
    assert!(matches!(eval(env, "throw 1"), Err(Error::Pending)));
    assert!(env.is_exception_pending().unwrap());
    assert!(matches!(eval(env, "2"), Err(Error::Pending)));
    let v = env.take_exception().unwrap();
    assert_eq!(env.get_i32(v).unwrap(), 1);
}

#[test]
fn calls_nest_and_exceptions_pass_through_levels() {
    let isolate = isolate(&[native("callBack", call_back), native("fail", fail)]);
    let env = isolate.env();
    global(env, "callBack");
    global(env, "fail");
    assert_eq!(text(env, "callBack(x => x * 2, 21)"), "42");
    assert_eq!(text(env, "let f = n => n ? callBack(f, n - 1) + 1 : 0; f(50)"), "50");
    assert_eq!(text(env, "let g = n => n ? callBack(g, n - 1) + 1 : fail(); try { g(50) } catch (e) { e.message }"), "no good");
    assert_eq!(text(env, "callBack(callBack, callBack, () => 5)"), "5");
    assert_eq!(
        text(env, "let deep = n => callBack(deep, n + 1); try { deep(0) } catch (e) { e.name + ': ' + e.message }"),
        "RangeError: Maximum call stack size exceeded"
    );
    assert_eq!(text(env, "let self = () => callBack(callBack, self); try { self() } catch (e) { e.name }"), "RangeError");
    assert!(isolate.poisoned().is_none());
}

fn point(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("Point")?;
    env.set(info.this(), "x", info.arg(0))?;
    Ok(info.undefined())
}

#[test]
fn constructors_behave_as_classes() {
    let isolate = isolate(&[native("m.Point", point), native("m.Point#sum", |env, info| env.get(info.this(), "x"))]);
    let env = isolate.env();
    env.class("m.Point").unwrap().methods(&["sum"]).unwrap().install(env.global().unwrap()).unwrap();
    assert_eq!(text(env, "new Point(3).sum()"), "3");
    assert_eq!(text(env, "new Point(3) instanceof Point"), "true");
    assert_eq!(
        text(
            env,
            "class P extends Point { constructor(x) { super(x + 1) } twice() { return this.x * 2 } } const p = new P(4); [p.x, p.twice(), p.sum(), p instanceof P, p instanceof Point].join()"
        ),
        "5,10,5,true,true"
    );
    assert_eq!(text(env, "Point(1)"), "threw TypeError: Class constructor Point cannot be invoked without 'new'");
    assert_eq!(text(env, "Point.prototype.constructor === Point"), "true");
    assert_eq!(text(env, "Reflect.construct(Point, [1], Array) instanceof Array"), "true");
}

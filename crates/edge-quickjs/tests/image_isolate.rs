//! Images of isolates: natives, references and classes go on after a restore.

mod isolate;

use edge_napi::{CallInfo, Engine, Env, ImageError, Isolate, Native, Reference, Result, Value};
use edge_quickjs::QuickJs;
use isolate::{OPTIONS, eval, global, native, natives, text};
use std::rc::Rc;

fn add(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.number(env.get_f64(info.arg(0))? + env.get_f64(info.arg(1))?)
}

fn point(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.set(info.this(), "x", info.arg(0))?;
    Ok(info.undefined())
}

const LIST: [Native; 2] = [native("add", add), native("m.Point", point)];

fn booted(list: &[Native]) -> (Box<dyn Isolate>, Reference, Reference) {
    let isolate = QuickJs.create(natives(list), &OPTIONS).unwrap();
    let env = isolate.env();
    let (strong, weak) = {
        let _scope = env.scope().unwrap();
        global(env, "add");
        env.class("m.Point").unwrap().install(env.global().unwrap()).unwrap();
        text(
            env,
            "globalThis.table = new Map(); for (let i = 0; i < 1000; i++) table.set('k' + i, { i }); globalThis.origin = new Point(7); 0",
        );
        let origin = eval(env, "origin").unwrap();
        (env.reference(origin).unwrap(), env.weak_reference(eval(env, "table").unwrap()).unwrap())
    };
    (isolate, strong, weak)
}

#[test]
fn an_isolate_goes_on_from_its_image() {
    let (first, strong, weak) = booted(&LIST);
    let bytes = first.snapshot(&[("note", b"kept")]).unwrap();
    // The one that was captured lives on.
    assert_eq!(text(first.env(), "add(1, 2)"), "3");
    let table = natives(&LIST);
    let image = QuickJs.image_from_bytes(&bytes, table).unwrap();
    assert_eq!(image.section("note"), Some(&b"kept"[..]));
    assert_eq!(image.section("other"), None);
    for round in 0..3 {
        let isolate = QuickJs.restore(&image, table, &OPTIONS).unwrap();
        isolate.reseed();
        let env = isolate.env();
        assert_eq!(text(env, "add(20, 22)"), "42", "round {round}");
        assert_eq!(text(env, "new Point(1) instanceof Point && origin.x + table.get('k999').i"), "1006");
        let origin = env.deref(strong).unwrap().unwrap();
        assert_eq!(env.get_i32(env.get(origin, "x").unwrap()).unwrap(), 7);
        assert!(env.deref(weak).unwrap().is_some());
        env.wrap(origin, Rc::new(5_u8)).unwrap();
        assert_eq!(*env.unwrap::<u8>(origin).unwrap(), 5);
        assert_eq!(text(env, "table = null; 1"), "1");
        env.collect_garbage().unwrap();
        assert_eq!(text(env, "let deep = () => deep(); try { deep() } catch (e) { e.name }"), "RangeError");
    }
}

#[test]
fn reseeding_changes_random_numbers() {
    let (first, _, _) = booted(&LIST);
    let table = natives(&LIST);
    let image = QuickJs.image_from_bytes(&first.snapshot(&[]).unwrap(), table).unwrap();
    let number = |reseed: bool| {
        let isolate = QuickJs.restore(&image, table, &OPTIONS).unwrap();
        if reseed {
            isolate.reseed();
        }
        text(isolate.env(), "Math.random()")
    };
    assert_eq!(number(false), number(false));
    assert_ne!(number(true), number(true));
}

#[test]
fn what_cannot_be_in_an_image_is_named() {
    let (isolate, _, _) = booted(&LIST);
    let env = isolate.env();
    let object = env.reference(env.object().unwrap()).unwrap();
    env.wrap(env.deref(object).unwrap().unwrap(), Rc::new(1_u8)).unwrap();
    assert_eq!(isolate.snapshot(&[]).unwrap_err(), "objects with native state are alive: u8");
    env.drop_reference(object);
    isolate.snapshot(&[]).unwrap();
    let scope = env.scope().unwrap();
    assert!(isolate.snapshot(&[]).unwrap_err().contains("scope"));
    drop(scope);
    text(env, "Promise.resolve().then(() => {}); 0");
    assert!(isolate.snapshot(&[]).unwrap_err().contains("jobs"));
    env.run_microtasks().unwrap();
    let bytes = isolate.snapshot(&[]).unwrap();
    let other = natives(&[native("add", add), native("m.Other", point)]);
    assert!(matches!(QuickJs.image_from_bytes(&bytes, other), Err(ImageError::Stale(_))));
    let mut damaged = bytes.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    assert!(matches!(QuickJs.image_from_bytes(&damaged, natives(&LIST)), Err(ImageError::Damaged(_))));
}

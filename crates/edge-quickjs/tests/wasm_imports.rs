//! Law 2: the engine makes no system call. Its wasm imports what boundary.in lists, from `env`, and nothing else.

use std::collections::BTreeSet;
use wasmparser::{Parser, Payload};

#[test]
fn the_engine_imports_only_the_boundary() {
    let wasm = include_bytes!(env!("EDGE_ENGINE_WASM"));
    let listed: BTreeSet<&str> = include_str!("../boundary.in")
        .lines()
        .filter_map(|line| line.strip_prefix("import ").or_else(|| line.strip_prefix("intrinsic ")))
        .filter_map(|line| line.split('(').next())
        .map(str::trim)
        .collect();
    let mut mutable_globals = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.unwrap() {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.unwrap();
                    assert_eq!(import.module, "env", "{}", import.name);
                    assert!(listed.contains(import.name), "{} is not in boundary.in", import.name);
                }
            }
            Payload::GlobalSection(section) => {
                mutable_globals += section.into_iter().filter(|global| global.as_ref().unwrap().ty.mutable).count();
            }
            _ => {}
        }
    }
    assert_eq!(mutable_globals, 1, "an image saves the stack pointer and no other global");
}

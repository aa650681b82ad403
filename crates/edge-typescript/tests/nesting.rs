//! Hostile nesting stays within the stack that `stack_size` asks for, or is refused.

use edge_typescript::{Failure, Mode, Options, Output, stack_size, transform};
use edge_wasix::thread::{ThreadSpec, spawn};

/// Few enough that the shapes that take quadratic time end soon.
const LEVELS: usize = 2_000;

/// Beginning, what is repeated, middle, what is repeated at the end, end.
const SHAPES: &[(&str, &str, &str, &str, &str)] = &[
    ("parentheses", "(", "1", ")", ""),
    ("open", "(", "", "", ""),
    ("arrays", "[", "1", "]", ""),
    ("objects", "({a:", "1", "})", ""),
    ("blocks", "{", "1", "}", ""),
    ("ifs", "if(1)", ";", "", ""),
    ("elses", "if(1);else ", ";", "", ""),
    ("labels", "a:", ";", "", ""),
    ("not", "!", "1", "", ""),
    ("typeof", "typeof ", "1", "", ""),
    ("sum", "1+", "1", "", ""),
    ("powers", "1**", "1", "", ""),
    ("members", "a.", "a", "", ""),
    ("calls", "", "a", "()", ""),
    ("non-null", "", "a", "!", ""),
    ("as", "", "a", " as b", ""),
    ("conditions", "1?", "1", ":1", ""),
    ("chains", "1?1:", "1", "", ""),
    ("assignments", "a=", "a", "", ""),
    ("arrows", "a=>", "a", "", ""),
    ("functions", "function a(){", "", "}", ""),
    ("classes", "class A{a=", "1", "}", ""),
    ("templates", "`${", "1", "}`", ""),
    ("tagged", "", "a", "``", ""),
    ("new", "new ", "a", "", ""),
    ("array-types", "", "let x:a", "[]", ""),
    ("type-arguments", "let x:A<", "a", ">", ""),
    ("function-types", "let x:(a:", "a", ")=>b", ""),
    ("conditional-types", "type A=a extends b?c:", "d", "", ""),
    ("keyof", "type A=keyof ", "d", "", ""),
    ("unions", "type A=", "d", "|d", ""),
    ("tuples", "type A=[", "d", "]", ""),
    ("patterns", "let [", "d", "]=1", ""),
    ("namespaces", "namespace A{", "", "}", ""),
    ("dotted", "namespace A", "", ".a", "{}"),
    ("optional", "", "a", "?.a", ""),
    ("awaits", "await ", "a", "", ""),
    ("yield", "function*a(){yield ", "a", "", "}"),
    ("decorators", "@(", "a", ")class A{}", ""),
    ("assertions", "<a>", "a", "", ""),
];

fn run(source: String, mode: Mode) -> Option<Result<Output, Failure>> {
    let stack_size = stack_size(&source)?;
    let options = Options { mode, filename: None, source_map: mode == Mode::Transform };
    let thread = spawn(ThreadSpec { name: "typescript".to_owned(), stack_size }, move || transform(source, &options));
    thread.expect("a thread").join()
}

#[test]
fn nesting_stays_within_the_stack() {
    for &(name, start, middle, end, tail) in SHAPES {
        for mode in [Mode::StripOnly, Mode::Transform] {
            let repeated_once = ["type A=", "let x:"].iter().find(|prefix| start.starts_with(**prefix)).copied().unwrap_or("");
            let source = [repeated_once, &start[repeated_once.len()..].repeat(LEVELS), middle, &end.repeat(LEVELS), tail].concat();
            assert!(run(source, mode).is_some(), "{name}");
        }
    }
}

#[test]
fn too_much_is_refused() {
    assert!(stack_size(&"(".repeat(2 << 20)).is_none());
    assert!(stack_size(&"a ".repeat(100_000)).is_some());
}

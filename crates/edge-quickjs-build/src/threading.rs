//! Threaded dispatch for the interpreter's loop, in the C of wasm2c.
//!
//! WebAssembly has no computed goto: the loop over opcodes comes out as one `switch`, whose single indirect jump every opcode goes
//! through. Here that switch becomes a table of labels, and each jump back to the loop's head a copy of the head that ends with a jump
//! of its own, which is what QuickJS does where it is compiled natively. (The C compiler may merge the jumps again: gcc is told not to,
//! see `native.rs`.)
//!
//! The table is constant and has an entry for each of the 256 values that a byte can have, so whatever the sandbox's memory holds, a
//! jump goes to one of the switch's own labels.

use crate::Result;

/// More cases than any other switch over a byte has that is in a loop: QuickJS has some 250 opcodes.
const MIN_CASES: usize = 240;

/// Rewrites the interpreter's switch, if it is in `text`; answers whether it was.
pub fn thread_dispatch(text: &mut String) -> Result<bool> {
    const FUNCTION: &str = "\nu64 w2c_engine_JS_CallInternal(";
    let Some(start) = text.match_indices(FUNCTION).map(|(at, _)| at + 1).find(|at| {
        // The definition, not the declaration.
        text[*at..].find(['{', ';']).is_some_and(|end| text[*at + end..].starts_with('{'))
    }) else {
        return Ok(false);
    };
    let end = start + text[start..].find("\n}\n").ok_or("wasm2c: a function without end")? + 1;
    let threaded = thread(&text[start..end]).ok_or("wasm2c: the interpreter's loop is not what is expected")?;
    text.replace_range(start..end, &threaded);
    Ok(true)
}

/// The function, without its last `}`, with its greatest switch threaded; `None` when it is of another form.
fn thread(function: &str) -> Option<String> {
    let lines: Vec<&str> = function.lines().collect();
    let cases_at = |at: usize| lines[at + 1..].iter().take_while(|line| line.trim().starts_with("case ")).count();
    let switch = (0..lines.len()).find(|&at| lines[at].trim() == "switch (var_i0) {" && cases_at(at) >= MIN_CASES)?;
    let default_at = switch + 1 + cases_at(switch);
    let default = target(lines[default_at].trim().strip_prefix("default: ")?)?;
    if lines.get(default_at + 1)?.trim() != "}" {
        return None;
    }
    let loop_at = (0..switch).rev().find(|&at| lines[at].trim().starts_with("var_L"))?;
    let label = lines[loop_at].trim().strip_suffix(':')?;
    let head: Vec<&str> = lines[loop_at + 1..switch].iter().map(|line| line.trim()).collect();
    // The head is straight code that ends with a byte's load and perhaps the addition of a constant to it.
    if head.iter().any(|line| !line.ends_with(';') || line.contains("goto") || line.ends_with(":;")) {
        return None;
    }
    let load = head.iter().rposition(|line| line.starts_with("var_i0 = "))?;
    if !head[load].starts_with("var_i0 = i32_load8_u_default32(") {
        return None;
    }
    let offset: u32 = match &head[load + 1..] {
        [keep, constant, "var_i0 += var_i1;"] if keep.ends_with(" = var_i0;") => {
            constant.strip_prefix("var_i1 = ")?.strip_suffix("u;")?.parse().ok()?
        }
        [keep] if keep.ends_with(" = var_i0;") => 0,
        _ => return None,
    };

    let mut table = vec![default; 256];
    for line in &lines[switch + 1..default_at] {
        let (number, jump) = line.trim().strip_prefix("case ")?.split_once(": ")?;
        let opcode = number.parse::<u32>().ok()?.wrapping_sub(offset);
        *table.get_mut(opcode as usize)? = target(jump)?;
    }
    let again = format!("goto {label};");
    let mut out = format!("#define EDGE_NEXT {} goto *edge_opcodes[(u8)(var_i0 - {offset}u)];\n", head.join(" "));
    for (at, line) in lines.iter().enumerate() {
        if at == loop_at {
            let labels: Vec<String> = table.iter().map(|label| format!("&&{label}")).collect();
            // The label stays: it is the target of the opcode that does nothing.
            out += &format!("  static const void *const edge_opcodes[256] = {{{}}};\n{line}\n  EDGE_NEXT\n", labels.join(", "));
        } else if at < loop_at || at > default_at + 1 {
            out += &line.replace(&again, "EDGE_NEXT");
            out.push('\n');
        }
    }
    // A jump to the loop from before it would be none to the table's scope.
    (!out.contains(&again)).then(|| out + "#undef EDGE_NEXT\n")
}

/// `goto var_B1;` → `var_B1`.
fn target(jump: &str) -> Option<&str> {
    jump.strip_prefix("goto ")?.strip_suffix(';')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(offset: &str) -> String {
        let cases: String = (0..250).map(|n| format!("        case {n}: goto var_B{};\n", n + 100)).collect();
        format!(
            "int a;\nu64 w2c_engine_JS_CallInternal(int x);\n\nu64 w2c_engine_JS_CallInternal(int x) {{\n  var_L9: \n    var_p6 = var_i0;\n    \
             var_i0 = i32_load8_u_default32(base, var_i0);\n    var_l2 = var_i0;\n{offset}    switch (var_i0) {{\n{cases}        \
             default: goto var_B1;\n    }}\n    var_B100:;\n    if (var_i0) {{goto var_L9;}}\n    goto var_L9;\n}}\nint b;\n"
        )
    }

    #[test]
    fn the_switch_becomes_a_table() {
        let mut text = sample("    var_i1 = 4294967295u;\n    var_i0 += var_i1;\n");
        assert_eq!(thread_dispatch(&mut text), Ok(true));
        // Opcode 0 is the default, 1 the first case.
        assert!(text.contains("edge_opcodes[256] = {&&var_B1, &&var_B100, &&var_B101,"), "{text}");
        assert!(text.contains("if (var_i0) {EDGE_NEXT}") && !text.contains("goto var_L9") && !text.contains("switch"));
        assert!(text.starts_with("int a;") && text.ends_with("#undef EDGE_NEXT\n}\nint b;\n"));
    }

    #[test]
    fn another_form_is_an_error() {
        let mut text = sample("    if (var_i0) {goto var_B7;}\n");
        assert!(thread_dispatch(&mut text).is_err());
        assert_eq!(thread_dispatch(&mut "int a;\n".to_owned()), Ok(false));
    }
}

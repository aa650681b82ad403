//! `boundary.in`: the list of functions that cross between engine and host, and what is generated from it.

use std::fmt::Write as _;

/// Who answers a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The engine: host calls it.
    Export,
    /// Rust: a method of the trait `Host`.
    Import,
    /// C of our runtime, without a change of sides.
    Intrinsic,
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct Function {
    pub kind: Kind,
    pub name: String,
    pub args: Vec<(String, Type)>,
    pub result: Option<Type>,
    pub docs: Vec<String>,
}

/// A value that can cross.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
    Ptr,
}

impl Type {
    fn parse(text: &str) -> Result<Type, String> {
        Ok(match text {
            "i32" => Type::I32,
            "u32" => Type::U32,
            "i64" => Type::I64,
            "u64" => Type::U64,
            "f32" => Type::F32,
            "f64" => Type::F64,
            "ptr" => Type::Ptr,
            other => return Err(format!("unknown type {other:?}")),
        })
    }

    /// In the engine's own C.
    fn guest_c(self) -> &'static str {
        match self {
            Type::I32 => "int32_t",
            Type::U32 => "uint32_t",
            Type::I64 => "int64_t",
            Type::U64 => "uint64_t",
            Type::F32 => "float",
            Type::F64 => "double",
            Type::Ptr => "void *",
        }
    }

    /// In the C that wasm2c writes.
    fn wasm_c(self) -> &'static str {
        match self {
            Type::I32 | Type::U32 | Type::Ptr => "u32",
            Type::I64 | Type::U64 => "u64",
            Type::F32 => "f32",
            Type::F64 => "f64",
        }
    }

    fn rust(self) -> &'static str {
        match self {
            Type::I32 => "i32",
            Type::U32 | Type::Ptr => "u32",
            Type::I64 => "i64",
            Type::U64 => "u64",
            Type::F32 => "f32",
            Type::F64 => "f64",
        }
    }
}

/// Reads the list; an error names the line.
pub fn parse(text: &str) -> Result<Vec<Function>, String> {
    let mut functions: Vec<Function> = Vec::new();
    let mut docs = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            docs.push(comment.trim().to_owned());
        } else if line.is_empty() {
            docs.clear();
        } else {
            let function = parse_line(line, std::mem::take(&mut docs)).map_err(|error| format!("boundary.in:{}: {error}", number + 1))?;
            if functions.iter().any(|other| other.name == function.name) {
                return Err(format!("boundary.in:{}: {} is there twice", number + 1, function.name));
            }
            functions.push(function);
        }
    }
    Ok(functions)
}

fn parse_line(line: &str, docs: Vec<String>) -> Result<Function, String> {
    let (kind, rest) = line.split_once(' ').ok_or("expected: kind name(args) -> type")?;
    let kind = match kind {
        "export" => Kind::Export,
        "import" => Kind::Import,
        "intrinsic" => Kind::Intrinsic,
        other => return Err(format!("unknown kind {other:?}")),
    };
    let (name, rest) = rest.trim().split_once('(').ok_or("no '('")?;
    let (args, rest) = rest.split_once(')').ok_or("no ')'")?;
    let name = name.trim();
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !plain || name.contains("__") || name.starts_with('_') {
        return Err(format!("{name:?}: names are lower case, without double or leading underscores (wasm2c mangles those)"));
    }
    if kind == Kind::Export && !name.starts_with("edge_") {
        return Err(format!("{name}: exports begin with edge_"));
    }
    let mut list = Vec::new();
    for arg in args.split(',').map(str::trim).filter(|arg| !arg.is_empty()) {
        let (name, ty) = arg.split_once(':').ok_or("arguments are name: type")?;
        list.push((name.trim().to_owned(), Type::parse(ty.trim())?));
    }
    let result = match rest.trim() {
        "" => None,
        rest => Some(Type::parse(rest.strip_prefix("->").ok_or("expected -> type")?.trim())?),
    };
    Ok(Function { kind, name: name.to_owned(), args: list, result, docs })
}

/// `edge_boundary.h`, which the shim and the patched engine include.
pub fn guest_header(functions: &[Function]) -> String {
    let mut out =
        String::from("/* Generated from boundary.in. */\n#ifndef EDGE_BOUNDARY_H\n#define EDGE_BOUNDARY_H\n#include <stdint.h>\n");
    for function in functions {
        let args = if function.args.is_empty() {
            "void".to_owned()
        } else {
            function.args.iter().map(|(name, ty)| format!("{} {name}", ty.guest_c())).collect::<Vec<_>>().join(", ")
        };
        let result = function.result.map_or("void", Type::guest_c);
        let name = &function.name;
        let _ = match function.kind {
            Kind::Export => writeln!(out, "__attribute__((export_name(\"{name}\"))) {result} {name}({args});"),
            Kind::Import | Kind::Intrinsic => {
                writeln!(out, "__attribute__((import_module(\"env\"), import_name(\"{name}\"))) {result} edge_host_{name}({args});")
            }
        };
    }
    out.push_str("#endif\n");
    out
}

/// `edge_host_table.h`: the Rust side's functions, in the order of the list.
pub fn host_table(functions: &[Function]) -> String {
    let mut out = String::from("/* Generated from boundary.in. */\n");
    for function in functions.iter().filter(|function| function.kind == Kind::Import) {
        let result = function.result.map_or("void", Type::wasm_c);
        let args: String = function.args.iter().map(|(name, ty)| format!(", {} {name}", ty.wasm_c())).collect();
        let _ = writeln!(out, "  {result} (*{})(EdgeEngine *engine{args});", function.name);
    }
    out
}

/// `edge_glue.c`: entries into the engine with a landing point each, and thunks out of it.
pub fn glue(functions: &[Function]) -> String {
    let mut out = String::from("/* Generated from boundary.in. */\n#include \"engine.h\"\n#include \"engine_w2c.h\"\n\n");
    for function in functions {
        let name = &function.name;
        let params: String = function.args.iter().map(|(name, ty)| format!(", {} {name}", ty.wasm_c())).collect();
        let values: String = function.args.iter().map(|(name, _)| format!(", {name}")).collect();
        let _ = match (function.kind, function.result) {
            (Kind::Export, Some(result)) => {
                let c = result.wasm_c();
                writeln!(
                    out,
                    "int edge_call_{name}(EdgeEngine *engine{params}, {c} *result) {{\n  EDGE_ENTER(engine);\n  \
                     {c} value = w2c_engine_{name}(engine->instance{values});\n  EDGE_LEAVE(engine);\n  *result = value;\n  return 0;\n}}"
                )
            }
            (Kind::Export, None) => writeln!(
                out,
                "int edge_call_{name}(EdgeEngine *engine{params}) {{\n  EDGE_ENTER(engine);\n  \
                 w2c_engine_{name}(engine->instance{values});\n  EDGE_LEAVE(engine);\n  return 0;\n}}"
            ),
            (Kind::Import, Some(result)) => {
                let c = result.wasm_c();
                writeln!(
                    out,
                    "{c} w2c_env_{name}(struct w2c_env *env{params}) {{\n  EdgeEngine *engine = (EdgeEngine *)env;\n  \
                     EDGE_TO_HOST(engine);\n  {c} value = engine->host->{name}(engine{values});\n  EDGE_FROM_HOST(engine);\n  return value;\n}}"
                )
            }
            (Kind::Import, None) => writeln!(
                out,
                "void w2c_env_{name}(struct w2c_env *env{params}) {{\n  EdgeEngine *engine = (EdgeEngine *)env;\n  \
                 EDGE_TO_HOST(engine);\n  engine->host->{name}(engine{values});\n  EDGE_FROM_HOST(engine);\n}}"
            ),
            (Kind::Intrinsic, _) => continue,
        };
    }
    out
}

/// `boundary.rs`, included by edge-quickjs: the trait `Host`, its C face, and the methods of `Engine`.
pub fn rust(functions: &[Function]) -> String {
    let mut out = String::from("// Generated from boundary.in.\n\n");
    let imports = || functions.iter().filter(|function| function.kind == Kind::Import);
    let exports = || functions.iter().filter(|function| function.kind == Kind::Export);

    out.push_str(
        "/// What the engine asks of the host (the `import` lines of boundary.in). Every method runs on the engine's thread with\n\
         /// engine frames below it, and may call the engine again. A panic in one poisons the engine.\npub trait Host {\n",
    );
    for function in imports() {
        push_docs(&mut out, function);
        let _ = writeln!(out, "    fn {}(&self, engine: &Engine{}){};", function.name, rust_params(function), rust_result(function));
    }
    out.push_str("}\n\n/// The host's functions as C sees them, in the order of boundary.in.\n#[repr(C)]\npub(crate) struct HostTable {\n");
    out.push_str("    pub commit: unsafe extern \"C\" fn(*mut RawEngine, u64, u64) -> i32,\n");
    for function in imports() {
        let types: String = function.args.iter().map(|(_, ty)| format!(", {}", ty.rust())).collect();
        let _ = writeln!(out, "    pub {}: unsafe extern \"C\" fn(*mut RawEngine{types}){},", function.name, rust_result(function));
    }
    out.push_str("}\n\npub(crate) static HOST_TABLE: HostTable = HostTable {\n    commit: crate::instance::commit,\n");
    for function in imports() {
        let _ = writeln!(out, "    {0}: host_{0},", function.name);
    }
    out.push_str("};\n");
    for function in imports() {
        let values: String = function.args.iter().map(|(name, _)| format!(", {name}")).collect();
        let _ = writeln!(
            out,
            "\n/// # Safety\n/// Called by the thunk of the same name with a live engine.\nunsafe extern \"C\" fn host_{0}(raw: *mut RawEngine{1}){2} {{\n    \
             // SAFETY: the thunk hands over the engine that is running on this thread.\n    \
             unsafe {{ crate::instance::answer(raw, |host, engine| host.{0}(engine{values})) }}\n}}",
            function.name,
            rust_params(function),
            rust_result(function)
        );
    }
    out.push_str("\nunsafe extern \"C\" {\n");
    for function in exports() {
        let out_param = function.result.map_or(String::new(), |ty| format!(", result: *mut {}", ty.rust()));
        let _ = writeln!(out, "    fn edge_call_{}(engine: *mut RawEngine{}{out_param}) -> i32;", function.name, rust_params(function));
    }
    out.push_str("}\n\nimpl Engine {\n");
    for function in exports() {
        push_docs(&mut out, function);
        let name = &function.name;
        let values: String = function.args.iter().map(|(name, _)| format!(", {name}")).collect();
        let params = rust_params(function);
        let _ = match function.result {
            Some(ty) => writeln!(
                out,
                "    ///\n    /// # Errors\n    /// [`Closing`] when the engine is poisoned, before or by this call.\n    #[inline]\n    \
                 pub fn {name}(&self{params}) -> Result<{0}, Closing> {{\n        let mut result = std::mem::MaybeUninit::<{0}>::uninit();\n        \
                 // SAFETY: the engine is live and on its thread (it is neither Send nor Sync); `result` is written when 0 is answered.\n        \
                 unsafe {{\n            match edge_call_{name}(self.raw(){values}, result.as_mut_ptr()) {{\n                \
                 0 => Ok(result.assume_init()),\n                _ => Err(Closing),\n            }}\n        }}\n    }}\n",
                ty.rust()
            ),
            None => writeln!(
                out,
                "    ///\n    /// # Errors\n    /// [`Closing`] when the engine is poisoned, before or by this call.\n    #[inline]\n    \
                 pub fn {name}(&self{params}) -> Result<(), Closing> {{\n        \
                 // SAFETY: the engine is live and on its thread (it is neither Send nor Sync).\n        \
                 match unsafe {{ edge_call_{name}(self.raw(){values}) }} {{\n            0 => Ok(()),\n            _ => Err(Closing),\n        }}\n    }}\n"
            ),
        };
    }
    out.push_str("}\n");
    out
}

fn push_docs(out: &mut String, function: &Function) {
    for line in &function.docs {
        let _ = writeln!(out, "    /// {line}");
    }
    if function.docs.is_empty() {
        let _ = writeln!(out, "    /// See `{}` in boundary.in and shim/.", function.name);
    }
    if function.args.len() > 6 {
        let _ = writeln!(out, "    #[allow(clippy::too_many_arguments)]");
    }
}

fn rust_params(function: &Function) -> String {
    function.args.iter().map(|(name, ty)| format!(", {name}: {}", ty.rust())).collect()
}

fn rust_result(function: &Function) -> String {
    function.result.map_or(String::new(), |ty| format!(" -> {}", ty.rust()))
}

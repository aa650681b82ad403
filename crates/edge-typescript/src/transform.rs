//! One transformation.

use crate::diagnostic::{Collector, Diagnostic};
use serde_json::json;
use swc_common::errors::{HANDLER, Handler};
use swc_common::sync::Lrc;
use swc_common::{GLOBALS, SourceMap};

/// What becomes of syntax that has a meaning at run time (`enum`, `namespace` with values, parameter properties).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Types become blanks, positions stay; such syntax is refused.
    StripOnly,
    /// The code is printed anew; such syntax is turned into JavaScript.
    Transform,
}

/// Options of `transformSync` of Node's amaro.
#[derive(Clone, Debug)]
pub struct Options {
    /// Blanks, or new code.
    pub mode: Mode,
    /// As errors and source maps name it; `None` is `<anon>`.
    pub filename: Option<String>,
    /// Whether to make a source map; only [`Mode::Transform`] does.
    pub source_map: bool,
}

/// What comes of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// JavaScript.
    pub code: String,
    /// A source map, as JSON.
    pub map: Option<String>,
}

/// Why nothing comes of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The program is wrong, or has syntax that the mode does not take. The first error; amaro tells no more.
    Diagnostic(Box<Diagnostic>),
    /// Something else, in swc's words.
    Other(String),
}

/// Turns TypeScript into JavaScript: amaro's `transformSync(source, options)` with its defaults.
///
/// # Errors
/// The first error in the program.
///
/// # Panics
/// Where swc does. See the crate's documentation for the stack it needs.
pub fn transform(source: String, options: &Options) -> Result<Output, Failure> {
    // What amaro 1.1.5 asks of swc (`DEFAULT_OPTIONS` in its `transform.ts`).
    let swc = json!({
        "mode": match options.mode {
            Mode::StripOnly => "strip-only",
            Mode::Transform => "transform",
        },
        "filename": options.filename,
        "sourceMap": options.source_map,
        "deprecatedTsModuleAsError": true,
        "transform": {
            "verbatimModuleSyntax": true,
            "nativeClassProperties": true,
            "noEmptyExport": true,
            "importNotUsedAsValues": "preserve",
        },
    });
    let swc = serde_json::from_value(swc).map_err(|error| Failure::Other(error.to_string()))?;
    GLOBALS.set(&swc_common::Globals::new(), || {
        let map = Lrc::new(SourceMap::default());
        let collector = Collector::new(map.clone());
        let handler = Handler::with_emitter(true, false, Box::new(collector.clone()));
        let result = HANDLER.set(&handler, || swc_ts_fast_strip::operate(&map, &handler, source, swc));
        match (collector.first(), result) {
            (Some(diagnostic), _) => Err(Failure::Diagnostic(Box::new(diagnostic))),
            (None, Ok(output)) => Ok(Output { code: output.code, map: output.map }),
            (None, Err(error)) => Err(Failure::Other(error.message)),
        }
    })
}

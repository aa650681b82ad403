//! The executable `edge-node`: a drop-in for `node` with no Python in it. It joins the silos (the Node layer, the engine, the
//! host's kernel) and holds no logic: options and their meaning live in `edge-node`.

use std::process::ExitCode;

/// Node's exit code for a bad option or argument (`ExitCode::kInvalidCommandLineArgument`).
const BAD_OPTION: u8 = 9;

fn main() -> ExitCode {
    eprintln!("edge-node: the Node layer has no entry point yet; nothing can be run");
    ExitCode::from(BAD_OPTION)
}

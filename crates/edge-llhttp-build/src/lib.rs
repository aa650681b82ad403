//! Builds llhttp, Node's HTTP parser, of the version that the pinned Node carries: its C sources come from the source distribution of
//! the PyPI package `llhttp` (no crate ships them), fetched with `pip` once, checked against the recorded SHA-256 and kept in the cache
//! that the engine's build uses (`EDGE_ENGINE_CACHE`, else `$CARGO_HOME/edge-engine-cache`, else `~/.cache/edgejs/engine`).
//!
//! Environment: `EDGE_PYTHON` names the interpreter whose `pip` fetches; `EDGE_LLHTTP` a folder that has the sources already. It fails
//! with a message, never halfway.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The release, and the hash of its source distribution.
const VERSION: &str = "9.3.0.0";
const SHA256: &str = "0d989363e7fb6f270b9d49956e7a3945c26778f8c70a166815264309ac6a8295";

/// Fetches, checks and unpacks; arguments: version, hash, folder. The folder appears whole or not at all.
const FETCH: &str = r"
import hashlib, os, pathlib, subprocess, sys, tarfile, tempfile
version, wanted, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
folder.parent.mkdir(parents=True, exist_ok=True)
with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
    subprocess.run([sys.executable, '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-binary', ':all:',
                    '--dest', temporary, f'llhttp=={version}'], check=True)
    archive = pathlib.Path(temporary, f'llhttp-{version}.tar.gz')
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != wanted:
        sys.exit(f'llhttp {version} has the hash {found}, not the recorded one')
    unpacked = pathlib.Path(temporary, 'unpacked')
    unpacked.mkdir()
    with tarfile.open(archive) as tar:
        for name in ('LICENSE', 'lib/api.c', 'lib/http.c', 'lib/llhttp.c', 'lib/llhttp.h'):
            source = tar.extractfile(f'llhttp-{version}/{name}')
            (unpacked / pathlib.Path(name).name).write_bytes(source.read())
    try:
        os.rename(unpacked, folder)
    except OSError:
        if not folder.exists():
            raise
";

/// Compiles llhttp and the package's own `c/` and links them into the package whose build script this is.
///
/// # Panics
/// With the reason, when a step fails: the way a build script reports.
pub fn build() {
    if let Err(error) = try_build() {
        panic!("llhttp does not build: {error}");
    }
}

fn try_build() -> Result<(), String> {
    for name in ["EDGE_ENGINE_CACHE", "EDGE_PYTHON", "EDGE_LLHTTP"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    println!("cargo:rerun-if-changed=c");
    let sources = sources()?;
    let mut build = cc::Build::new();
    build.opt_level(2).debug(false).pic(true).warnings(false).std("gnu11").include(&sources);
    build.files(["api.c", "http.c", "llhttp.c"].map(|name| sources.join(name))).file("c/edge_llhttp.c");
    build.try_compile("edge_llhttp").map_err(|error| error.to_string())
}

fn sources() -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os("EDGE_LLHTTP") {
        return Ok(folder.into());
    }
    let folder = cache()?.join(format!("llhttp-{VERSION}"));
    if !folder.exists() {
        fetch(&folder)?;
    }
    Ok(folder)
}

fn cache() -> Result<PathBuf, String> {
    if let Some(folder) = std::env::var_os("EDGE_ENGINE_CACHE") {
        return Ok(folder.into());
    }
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(Path::new(&home).join("edge-engine-cache"));
    }
    let home = std::env::var_os("HOME").ok_or("HOME is not set")?;
    Ok(Path::new(&home).join(".cache/edgejs/engine"))
}

fn fetch(folder: &Path) -> Result<(), String> {
    let python = std::env::var_os("EDGE_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(python);
    command.args(["-c", FETCH, VERSION, SHA256]).arg(folder);
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("fetching its sources with pip: {}", String::from_utf8_lossy(&output.stderr)))
}

//! Where the engine's C comes from: the locked crate's files, our patches, our shim, side by side in one folder.

use crate::{Result, list, patch, read, write_if_changed};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crate that ships QuickJS-NG. It is in Cargo.lock (version and checksum) but never built.
const CRATE: &str = "rquickjs-sys";

/// Fills `tree` with QuickJS-NG's sources, patched, and the shim. Files that did not change keep their dates.
pub fn prepare(package: &Path, tree: &Path) -> Result<PathBuf> {
    let upstream = locate(package)?;
    std::fs::create_dir_all(tree).map_err(|error| format!("{}: {error}", tree.display()))?;
    let mut files = Vec::new();
    for extension in ["c", "h"] {
        for path in list(&upstream, extension)? {
            files.push((name_of(&path), read(&path)?));
        }
    }
    for path in list(&package.join("patches"), "patch")? {
        patch::apply(&read(&path)?, &mut files).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    for extension in ["c", "h"] {
        for path in list(&package.join("shim"), extension)? {
            let name = name_of(&path);
            if files.iter().any(|(other, _)| *other == name) {
                return Err(format!("{}: QuickJS-NG has a file of that name", path.display()));
            }
            files.push((name, read(&path)?));
        }
    }
    for extension in ["c", "h"] {
        for stale in list(tree, extension)? {
            if !files.iter().any(|(name, _)| *name == name_of(&stale)) && name_of(&stale) != "edge_boundary.h" {
                std::fs::remove_file(&stale).map_err(|error| format!("{}: {error}", stale.display()))?;
            }
        }
    }
    for (name, text) in &files {
        write_if_changed(&tree.join(name), text.as_bytes())?;
    }
    Ok(tree.to_owned())
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The crate's `quickjs` folder, as cargo itself unpacked and checked it.
fn locate(package: &Path) -> Result<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(&cargo)
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(package.join("Cargo.toml"))
        .output()
        .map_err(|error| format!("{cargo} metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("{cargo} metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("{cargo} metadata: {error}"))?;
    let manifest = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == CRATE)
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or_else(|| format!("{CRATE} is not among the packages of cargo metadata"))?;
    let folder = Path::new(manifest).with_file_name("quickjs");
    if folder.join("quickjs.c").is_file() { Ok(folder) } else { Err(format!("no quickjs.c in {}", folder.display())) }
}

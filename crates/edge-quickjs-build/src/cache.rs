//! Results kept under a hash of everything that went into them, shared by worktrees and profiles.

use crate::{Result, env};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub fn open() -> Result<Cache> {
        let folder = match std::env::var("EDGE_ENGINE_CACHE") {
            Ok(folder) => PathBuf::from(folder),
            Err(_) => match std::env::var("CARGO_HOME") {
                Ok(home) => PathBuf::from(home).join("edge-engine-cache"),
                Err(_) => PathBuf::from(env("HOME")?).join(".cache/edgejs/engine"),
            },
        };
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Cache { folder })
    }

    /// Held while building: the steps are heavy, and two processes that want the same result wait for one.
    pub fn exclusive(&self) -> Result<std::fs::File> {
        let path = self.folder.join("lock");
        let lock = std::fs::File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        lock.lock().map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(lock)
    }

    /// The file (or folder) kept under `key`, made by `make` when it is not there yet.
    pub fn file(&self, key: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let path = self.folder.join(key);
        if path.exists() {
            return Ok(path);
        }
        // Made beside its place and moved there, so that what has the name is whole.
        let unfinished = self.folder.join(format!("unfinished-{key}"));
        make(&unfinished)?;
        std::fs::rename(&unfinished, &path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }
}

/// A hash of a text and of files (their names without folder, and their bytes).
pub fn hash_files(text: &str, files: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(text.as_bytes());
    for path in files {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        hash.update(format!("\0{name}\0{}\0", bytes.len()).as_bytes());
        hash.update(&bytes);
    }
    Ok(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

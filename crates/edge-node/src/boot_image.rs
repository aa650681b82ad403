//! [`BootImage`]: an image of a booted environment, checked for this build before anything is restored from it.

use edge_napi::types::napi_ref;
use edge_napi::{Engine, Image, ImageError, Reference};
use std::path::Path;
use std::sync::Arc;

/// Name of the section with the names of values that native code keeps.
pub(crate) const ROOTS: &str = "node.roots";
/// Name of the section with the library's hash.
pub(crate) const LIB: &str = "node.lib";

/// An opened image that this build can start from: same engine, same natives, same library, same target. Any number of runtimes may be
/// restored from it, on any threads.
#[derive(Clone)]
pub struct BootImage {
    image: Arc<dyn Image>,
    roots: Arc<[(String, Reference)]>,
}

impl BootImage {
    /// Opens an image file.
    ///
    /// # Errors
    /// It cannot be read, is damaged (cut short, or its head or tables changed), or was made by another version of the engine, of
    /// Node's library or of the natives, or for another target. The caller starts without it, and says so.
    pub fn open(engine: &dyn Engine, path: &Path) -> Result<Self, ImageError> {
        Self::check(engine.open_image(path, crate::native_table())?)
    }

    /// Takes an image that the engine has opened.
    ///
    /// # Errors
    /// As [`BootImage::open`].
    pub fn check(image: Arc<dyn Image>) -> Result<Self, ImageError> {
        if image.section(LIB) != Some(edge_node_lib::LIB_SHA256.as_bytes()) {
            return Err(ImageError::Stale("another version of Node's library".to_owned()));
        }
        let damaged = || ImageError::Damaged("the list of kept values".to_owned());
        let text = image.section(ROOTS).and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or_else(damaged)?;
        let root = |line: &str| {
            let (number, name) = line.split_once('\t')?;
            Some((name.to_owned(), Reference(napi_ref(number.parse().ok()?))))
        };
        let roots: Arc<[_]> = text.lines().map(root).collect::<Option<_>>().ok_or_else(damaged)?;
        Ok(Self { image, roots })
    }

    /// The engine's part.
    #[must_use]
    pub fn image(&self) -> &Arc<dyn Image> {
        &self.image
    }

    /// What native code keeps, by name.
    pub(crate) fn roots(&self) -> impl Iterator<Item = (String, Reference)> {
        self.roots.iter().cloned()
    }
}

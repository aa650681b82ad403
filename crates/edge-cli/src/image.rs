//! Finding and making the boot image.

use edge_napi::{Engine, IsolateOptions};
use edge_node::{BootImage, EnvironmentOptions, Options, Runtime};
use edge_wasix::{Kernel, MemoryFs};
use std::path::Path;
use std::sync::Arc;

/// Where a wheel puts the image, seen from the executable: `bin/edge-node` and `share/edgejs/boot.image`.
fn installed_path(exec_path: &str) -> String {
    let folder = |path: &str| path.rfind('/').map_or(String::new(), |at| path[..at].to_owned());
    format!("{}/share/edgejs/boot.image", folder(&folder(exec_path)))
}

/// The boot image of this installation, or where `EDGE_BOOT_IMAGE` says (empty: none). A stale or damaged one is not used, with a
/// warning.
pub fn open(engine: &dyn Engine, kernel: &Kernel, exec_path: &str) -> Option<BootImage> {
    let path = match kernel.getenv(b"EDGE_BOOT_IMAGE") {
        Some(path) if path.is_empty() => return None,
        Some(path) => String::from_utf8_lossy(&path).into_owned(),
        None => installed_path(exec_path),
    };
    if kernel.mode(path.as_bytes()).is_err() {
        return None;
    }
    match BootImage::open(engine, Path::new(&path)) {
        Ok(image) => Some(image),
        Err(error) => {
            let text = format!("(edge-node) Warning: the boot image {path} {error}; starting without it\n");
            let _ = kernel.write(2, text.as_bytes(), None);
            None
        }
    }
}

/// `--build-boot-image PATH`: boots once and writes the image.
pub fn build(engine: &dyn Engine, kernel: Arc<Kernel>, path: Option<&str>) -> i32 {
    let complain = |text: &str| {
        let _ = kernel.write(2, format!("edge-node: {text}\n").as_bytes(), None);
        1
    };
    let Some(path) = path else { return complain("--build-boot-image requires a path") };
    // The boot sees an empty machine, so nothing of this one can get into the image.
    let empty = match Kernel::builder().mount("/", MemoryFs::new()).build() {
        Ok(empty) => empty,
        Err(errno) => return complain(errno.message()),
    };
    let isolate = IsolateOptions { memory_limit: 1 << 30, stack_limit: super::STACK_LIMIT };
    let runtime = match Runtime::new(engine, None, empty, EnvironmentOptions::default(), &isolate) {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.to_string()),
    };
    let bytes = match runtime.snapshot() {
        Ok(bytes) => bytes,
        Err(text) => return complain(&format!("no image: {text}")),
    };
    // Under a name of its own until it is whole: running programs have the old file mapped.
    let unfinished = format!("{path}.unfinished");
    let write = |bytes: &[u8]| {
        let flags = edge_wasix::fs::constants::O_WRONLY | edge_wasix::fs::constants::O_CREAT | edge_wasix::fs::constants::O_EXCL;
        let _ = kernel.unlink(unfinished.as_bytes());
        kernel.write_file(unfinished.as_bytes(), bytes, flags, 0o644)
    };
    if let Err(errno) = write(&bytes) {
        return complain(&format!("{unfinished}: {}", errno.message()));
    }
    match rehearse(engine, &unfinished, &isolate) {
        Ok(bytes) => {
            if let Err(errno) = write(&bytes).and_then(|()| kernel.rename(unfinished.as_bytes(), path.as_bytes())) {
                return complain(&format!("{path}: {}", errno.message()));
            }
            0
        }
        Err(text) => complain(&format!("the image does not start: {text}")),
    }
}

/// Starts the image once with a small program on an empty machine; the image with a note of the memory that this wrote.
fn rehearse(engine: &dyn Engine, path: &str, isolate: &IsolateOptions) -> Result<Vec<u8>, String> {
    const PROGRAM: &str = "/rehearsal.js";
    let image = BootImage::open(engine, Path::new(path)).map_err(|error| error.to_string())?;
    let files = MemoryFs::new().with_file(PROGRAM, "console.log('rehearsal');").map_err(|errno| errno.message().to_owned())?;
    let machine = Kernel::builder().mount("/", files).build().map_err(|errno| errno.message().to_owned())?;
    let cli = Options::parse(None, &[PROGRAM.to_owned()]).map_err(|error| error.report("edge-node"))?;
    let options = EnvironmentOptions { cli, exec_path: "/edge-node".into(), argv0: "edge-node".into(), ..EnvironmentOptions::default() };
    let runtime = Runtime::new(engine, Some(&image), machine, options, isolate).map_err(|error| error.to_string())?;
    match runtime.environment().run_main("internal/main/run_main_module") {
        0 => runtime.isolate().image_with_writes(&**image.image()),
        code => Err(format!("an empty program ended with {code}")),
    }
}

//! Finding and making the boot image, and the image of a prepared session beside it.

use edge_napi::{Engine, IsolateOptions};
use edge_node::{BootImage, EnvironmentOptions, Options, Runtime, Session};
use edge_wasix::fs::constants::{O_CREAT, O_EXCL, O_WRONLY};
use edge_wasix::{Kernel, MemoryFs};
use std::path::Path;

/// Where a wheel puts the image, seen from the executable: `bin/edge-node` and `share/edgejs/boot.image`.
fn installed_path(exec_path: &str) -> String {
    let folder = |path: &str| path.rfind('/').map_or(String::new(), |at| path[..at].to_owned());
    format!("{}/share/edgejs/boot.image", folder(&folder(exec_path)))
}

/// Where the boot image of this installation should be, or where `EDGE_BOOT_IMAGE` says; `None` when that is empty.
pub fn path(kernel: &Kernel, exec_path: &str) -> Option<String> {
    match kernel.getenv(b"EDGE_BOOT_IMAGE") {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(String::from_utf8_lossy(&path).into_owned()),
        None => Some(installed_path(exec_path)),
    }
}

/// The boot image. A stale or damaged one is not used, with a warning.
pub fn open(engine: &dyn Engine, kernel: &Kernel, exec_path: &str) -> Option<BootImage> {
    let path = path(kernel, exec_path)?;
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

/// `--build-boot-image PATH`: boots once and writes the image, then the image of a prepared session as `PATH.session`.
pub fn build(engine: &dyn Engine, kernel: &Kernel, path: Option<&str>) -> i32 {
    let result = match path {
        Some(path) => Builder { engine, kernel }.build(path),
        None => Err("--build-boot-image requires a path".to_owned()),
    };
    match result {
        Ok(()) => 0,
        Err(text) => {
            let _ = kernel.write(2, format!("edge-node: {text}\n").as_bytes(), None);
            1
        }
    }
}

const ISOLATE: IsolateOptions = IsolateOptions { memory_limit: 1 << 30, stack_limit: super::STACK_LIMIT };
/// What an image is tried with: a program, for what a start writes.
const PROGRAM: &str = "/rehearsal.js";

struct Builder<'a> {
    engine: &'a dyn Engine,
    kernel: &'a Kernel,
}

impl Builder<'_> {
    fn build(&self, path: &str) -> Result<(), String> {
        let boot = self.runtime(None, Options::default())?.snapshot().map_err(|text| format!("no image: {text}"))?;
        self.finish(path, &boot, |image| {
            let runtime = self.runtime(Some(image), options(&[PROGRAM])?)?;
            runtime.isolate().reseed();
            match runtime.environment().run_main("internal/main/run_main_module") {
                0 => runtime.isolate().image_with_writes(&**image.image()),
                code => Err(format!("an empty program ended with {code}")),
            }
        })?;
        let boot = BootImage::open(self.engine, Path::new(path)).map_err(|error| error.to_string())?;
        let prepared = self.runtime(Some(&boot), options(&[])?)?;
        Session::prepare(&prepared).map_err(|error| error.to_string())?;
        let session = prepared.snapshot().map_err(|text| format!("no image of a session: {text}"))?;
        self.finish(&format!("{path}.session"), &session, |image| {
            let session = Session::new(self.runtime(Some(image), options(&[])?)?).map_err(|error| error.to_string())?;
            session.isolate().image_with_writes(&**image.image())
        })
    }

    /// A runtime on an empty machine, so that nothing of this one can get into the image.
    fn runtime(&self, image: Option<&BootImage>, cli: Options) -> Result<Runtime, String> {
        let files = MemoryFs::new().with_file(PROGRAM, "console.log('rehearsal');").map_err(|errno| errno.message().to_owned())?;
        let machine = Kernel::builder().mount("/", files).build().map_err(|errno| errno.message().to_owned())?;
        let options = EnvironmentOptions { cli, exec_path: "/edge-node".into(), argv0: "edge-node".into(), ..Default::default() };
        Runtime::new(self.engine, image, machine, options, &ISOLATE).map_err(|error| error.to_string())
    }

    /// Writes the image, starts it once (`rehearse`), and writes it again with the note of the memory that this wrote. It has a name of
    /// its own until it is whole: running programs have the old file mapped.
    fn finish(&self, path: &str, bytes: &[u8], rehearse: impl FnOnce(&BootImage) -> Result<Vec<u8>, String>) -> Result<(), String> {
        let unfinished = format!("{path}.unfinished");
        let write = |bytes: &[u8]| {
            let _ = self.kernel.unlink(unfinished.as_bytes());
            self.kernel.write_file(unfinished.as_bytes(), bytes, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        };
        write(bytes).map_err(|errno| format!("{unfinished}: {}", errno.message()))?;
        let image = BootImage::open(self.engine, Path::new(&unfinished)).map_err(|error| format!("the image {error}"))?;
        let bytes = rehearse(&image).map_err(|text| format!("the image does not start: {text}"))?;
        write(&bytes)
            .and_then(|()| self.kernel.rename(unfinished.as_bytes(), path.as_bytes()))
            .map_err(|errno| format!("{path}: {}", errno.message()))
    }
}

fn options(args: &[&str]) -> Result<Options, String> {
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    Options::parse(None, &args).map_err(|error| error.report("edge-node"))
}

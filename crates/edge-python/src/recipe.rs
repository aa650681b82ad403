//! What a new environment is made of, and the images that it starts from.

use crate::streams::MOST_CAPTURED;
use crate::workers::STACK_LIMIT;
use edge_napi::{ImageError, IsolateOptions};
use edge_node::{BootImage, EnvironmentOptions, Options, SessionImages};
use edge_policy::Document;
use edge_quickjs::QuickJs;
use edge_wasix::{Kernel, Policy, Stdio, Stream};
use pyo3::exceptions::{PyRuntimeError, PyRuntimeWarning};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What a new environment is made of.
pub struct Recipe {
    pub images: SessionImages,
    /// What to continue from in place of them.
    pub snapshot: Option<BootImage>,
    pub exec_path: String,
    pub cwd: Option<String>,
    pub env: Option<Vec<(String, String)>>,
    pub memory_limit: u64,
    /// A policy's JSON document; none is everything that this process may do.
    pub policy: Option<String>,
    /// A document with limits only, besides those of the policy.
    pub limits: Option<String>,
    /// Descriptors 0 to 2.
    pub streams: Vec<(i32, Stream)>,
    /// Whether output is kept in memory.
    pub captures: bool,
}

/// Where a program under a policy believes its executable to be: the host's path is none of its business.
const GUEST_EXECUTABLE: &str = "/usr/bin/edge-node";

/// `process.argv0` of every environment: nobody called a program, and a snapshot keeps it.
const ARGV0: &str = "edge-node";

impl Recipe {
    /// Makes it, on the thread that calls.
    pub fn cook(self) -> Result<edge_node::Session, String> {
        let read = |text: &str| Document::from_json(text).map_err(|error| error.to_string());
        let given = self.limits.as_deref().map(read).transpose()?.unwrap_or_default().limits;
        let (policy, mut limits, exec_path) = match &self.policy {
            None => (Policy::open(), given, self.exec_path),
            Some(text) => {
                let document = read(text)?;
                let errno_text = |errno: edge_wasix::Errno| errno.message().to_owned();
                let host = Kernel::builder().policy(Policy::open()).stdio(Stdio::None).build().map_err(errno_text)?;
                // The volumes of an `edgejs.Policy` are absolute.
                let policy = document.policy(&host, b"/").map_err(|error| error.to_string())?;
                (policy, document.limits.min(&given), GUEST_EXECUTABLE.to_owned())
            }
        };
        if self.captures {
            limits.output.get_or_insert(MOST_CAPTURED);
        }
        let memory_limit = limits.memory.map_or(self.memory_limit, |most| most.min(self.memory_limit));
        let mut builder = Kernel::builder().policy(policy).limits(limits).stdio(Stdio::None);
        for (fd, stream) in self.streams {
            builder = builder.stream(fd, stream);
        }
        for (name, value) in self.env.into_iter().flatten() {
            builder = builder.env(name, value);
        }
        if let Some(cwd) = &self.cwd {
            builder = builder.cwd(cwd);
        }
        let kernel = builder.build_explained().map_err(|error| error.to_string())?;
        let isolate = IsolateOptions { memory_limit, stack_limit: STACK_LIMIT };
        let cli = Options::parse(None, &[]).map_err(|error| error.report("edge-node"))?;
        let options = EnvironmentOptions { cli, exec_path, argv0: ARGV0.to_owned(), owns_process: false, ..Default::default() };
        match &self.snapshot {
            Some(image) => edge_node::Session::restore(&QuickJs, image, kernel, options, &isolate),
            None => edge_node::Session::start(&QuickJs, &self.images, kernel, options, &isolate),
        }
        .map_err(|error| error.0)
    }
}

/// The boot image at `path` and the image of a prepared session beside it, opened once a process: they belong to this module's code, not to
/// what a later installation puts there. One that cannot be used is a `RuntimeWarning`, and none.
pub fn images(py: Python<'_>, path: PathBuf) -> PyResult<SessionImages> {
    static OPENED: Mutex<Option<(PathBuf, SessionImages)>> = Mutex::new(None);
    let mut opened = OPENED.lock_py_attached(py).map_err(|_| PyRuntimeError::new_err("a thread panicked while it opened the images"))?;
    if let Some((known, images)) = opened.as_ref()
        && *known == path
    {
        return Ok(images.clone());
    }
    let mut of_session = path.clone().into_os_string();
    of_session.push(".session");
    let mut warnings = Vec::new();
    let mut open = |path: &Path| match BootImage::open(&QuickJs, path) {
        Ok(image) => Some(image),
        Err(ImageError::Io(_)) => None,
        Err(error) => {
            warnings.push(format!("the boot image {} {error}; starting without it", path.display()));
            None
        }
    };
    let images = SessionImages { boot: open(&path), session: open(Path::new(&of_session)) };
    *opened = Some((path, images.clone()));
    drop(opened);
    for text in warnings {
        PyErr::warn(py, &py.get_type::<PyRuntimeWarning>(), &CString::new(text.replace('\0', ""))?, 3)?;
    }
    Ok(images)
}

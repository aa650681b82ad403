//! `_native.Session`: a JavaScript thread with a runtime on it, and the calls that Python makes to it.

use edge_napi::{ImageError, IsolateOptions};
use edge_node::{Answer, BootImage, EnvironmentOptions, Interrupt, Options, SessionImages};
use edge_quickjs::QuickJs;
use edge_wasix::thread::{Thread, ThreadSpec, spawn};
use edge_wasix::{Kernel, Policy, Stdio};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyRuntimeWarning, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Bytes of stack for the thread that runs JavaScript, and how much of it JavaScript may use.
const STACK: usize = 64 << 20;
const STACK_LIMIT: usize = 56 << 20;
/// How long Ctrl-C may stay unnoticed, and how long JavaScript may take to end after it was told.
const SIGNAL_CHECK: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_millis(500);

enum Request {
    Ask(String, String),
    Finish,
}

struct Line {
    requests: Sender<Request>,
    replies: Mutex<Receiver<Answer>>,
    interrupt: Interrupt,
    thread: Thread<()>,
}

/// A running environment. Methods may be called from any Python thread; they wait for each other.
#[pyclass(frozen, module = "edgejs._native")]
pub struct Session {
    line: Mutex<Option<Line>>,
}

/// What a new environment is made of.
struct Recipe {
    images: SessionImages,
    exec_path: String,
    cwd: Option<String>,
    env: Option<Vec<(String, String)>>,
    memory_limit: u64,
}

impl Recipe {
    fn cook(self) -> Result<edge_node::Session, String> {
        let mut builder = Kernel::builder().policy(Policy::open()).stdio(Stdio::Inherit);
        for (name, value) in self.env.into_iter().flatten() {
            builder = builder.env(name, value);
        }
        if let Some(cwd) = &self.cwd {
            builder = builder.cwd(cwd);
        }
        let kernel = builder.build().map_err(|errno| errno.message().to_owned())?;
        let isolate = IsolateOptions { memory_limit: self.memory_limit, stack_limit: STACK_LIMIT };
        let cli = Options::parse(None, &[]).map_err(|error| error.report("edge-node"))?;
        let options =
            EnvironmentOptions { cli, exec_path: self.exec_path.clone(), argv0: self.exec_path, owns_process: false, ..Default::default() };
        edge_node::Session::start(&QuickJs, &self.images, kernel, options, &isolate).map_err(|error| error.0)
    }
}

/// The boot image at `path` and the image of a prepared session beside it, opened once a process: they belong to this module's code, not to
/// what a later installation puts there. One that cannot be used is a `RuntimeWarning`, and none.
fn images(py: Python<'_>, path: PathBuf) -> PyResult<SessionImages> {
    static OPENED: Mutex<Option<(PathBuf, SessionImages)>> = Mutex::new(None);
    let mut opened = OPENED.lock_py_attached(py).map_err(|_| gone())?;
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

fn serve(recipe: Recipe, started: &Sender<Result<Interrupt, String>>, requests: &Receiver<Request>, replies: &Sender<Answer>) {
    let session = match recipe.cook() {
        Ok(session) => session,
        Err(text) => {
            // Nobody waits any more: Python was interrupted.
            let _ = started.send(Err(text));
            return;
        }
    };
    if started.send(Ok(session.interrupt_handle())).is_err() {
        return;
    }
    while let Ok(request) = requests.recv() {
        let reply = match request {
            Request::Ask(kind, request) => session.ask(&kind, &request),
            Request::Finish => session.finish(),
        };
        if replies.send(reply).is_err() {
            return;
        }
    }
}

impl Line {
    /// Sends a request and waits for its reply without the GIL, looking after signals in between. A signal handler that raises
    /// (Ctrl-C) ends the request.
    fn call(&self, py: Python<'_>, request: Request) -> PyResult<Answer> {
        self.requests.send(request).map_err(|_| gone())?;
        loop {
            match self.receive(py, SIGNAL_CHECK) {
                Ok(reply) => return Ok(reply),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
            if let Err(raised) = py.check_signals() {
                self.interrupt.interrupt();
                if self.receive(py, PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    self.interrupt.kill();
                    // Whatever it answers now, the session is gone and says so when it is asked again.
                    let _ = self.receive(py, PATIENCE);
                }
                return Err(raised);
            }
        }
    }

    fn receive(&self, py: Python<'_>, patience: Duration) -> Result<Answer, RecvTimeoutError> {
        py.detach(|| match self.replies.lock() {
            Ok(replies) => replies.recv_timeout(patience),
            Err(_) => Err(RecvTimeoutError::Disconnected),
        })
    }
}

fn gone() -> PyErr {
    PyRuntimeError::new_err("the JavaScript thread has ended")
}

fn told(py: Python<'_>, answer: Answer) -> PyResult<(&'static str, Py<PyAny>)> {
    Ok(match answer {
        Answer::Value(json) => ("value", json.into_py_any(py)?),
        Answer::Thrown { name, message, stack } => ("thrown", (name, message, stack).into_py_any(py)?),
        Answer::Exited(code) => ("exited", code.into_py_any(py)?),
        Answer::Interrupted => ("interrupted", py.None()),
        Answer::NeverSettled => ("never", py.None()),
        Answer::LimitExceeded(limit) => ("limit", limit.name().into_py_any(py)?),
        Answer::OutOfMemory => ("memory", py.None()),
        Answer::Poisoned(why) => ("poisoned", why.into_py_any(py)?),
    })
}

fn closed() -> PyErr {
    PyValueError::new_err("the runtime is closed")
}

#[pymethods]
impl Session {
    /// Starts an environment on a thread of its own.
    #[new]
    #[pyo3(signature = (*, exec_path, image, cwd, env, memory_limit))]
    fn new(
        py: Python<'_>,
        exec_path: String,
        image: Option<PathBuf>,
        cwd: Option<String>,
        env: Option<Vec<(String, String)>>,
        memory_limit: u64,
    ) -> PyResult<Self> {
        let images = match image {
            Some(path) => images(py, path)?,
            None => SessionImages::default(),
        };
        let recipe = Recipe { images, exec_path, cwd, env, memory_limit };
        let (requests, for_thread) = channel();
        let (from_thread, replies) = channel();
        let (started, start) = channel();
        let spec = ThreadSpec { name: "edgejs".to_owned(), stack_size: STACK };
        let thread = spawn(spec, move || serve(recipe, &started, &for_thread, &from_thread)).map_err(PyErr::from)?;
        let start = Mutex::new(start);
        let interrupt =
            py.detach(|| start.lock().ok().and_then(|start| start.recv().ok())).ok_or_else(gone)?.map_err(PyOSError::new_err)?;
        Ok(Self { line: Mutex::new(Some(Line { requests, replies: Mutex::new(replies), interrupt, thread })) })
    }

    /// One request: `("value", json or None)`, `("thrown", [name, message, stack])`, `("exited", code)`, `("interrupted", None)`,
    /// `("never", None)`, `("memory", None)` or `("poisoned", why)`.
    fn ask(&self, py: Python<'_>, kind: String, request: String) -> PyResult<(&'static str, Py<PyAny>)> {
        let guard = self.line.lock_py_attached(py).map_err(|_| gone())?;
        let line = guard.as_ref().ok_or_else(closed)?;
        told(py, line.call(py, Request::Ask(kind, request))?)
    }

    /// Runs the loop until nothing is left to do: `("exited", code)`, or what else `ask` may answer.
    fn finish(&self, py: Python<'_>) -> PyResult<(&'static str, Py<PyAny>)> {
        let guard = self.line.lock_py_attached(py).map_err(|_| gone())?;
        let line = guard.as_ref().ok_or_else(closed)?;
        told(py, line.call(py, Request::Finish)?)
    }

    /// Ends the environment and its thread. A second time is nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let line = self.line.lock_py_attached(py).map_err(|_| gone())?.take();
        if let Some(Line { requests, thread, .. }) = line {
            py.detach(move || {
                drop(requests);
                // A panic there was told on standard error; the environment is gone either way.
                let _ = thread.join();
            });
        }
        Ok(())
    }
}

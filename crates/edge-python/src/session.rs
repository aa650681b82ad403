//! `_native.Session`: an environment, and the calls that Python makes to it.

use crate::files::Files;
use crate::line::{Line, Message, NotTaken, Output, Waiter};
use crate::recipe::{Recipe, images};
use crate::snapshot::Snapshot;
use crate::streams::{self, Captured, Streams};
use crate::values::{self, from_python_error};
use crate::workers;
use edge_node::{Answer, Datum, Fault, HostReply, Letter, MESSAGE_SIZE_CODE, SessionImages, Uncrossable};
use edge_wasix::Limit;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyException, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyBytes, PyTuple};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long Ctrl-C may stay unnoticed, and how long JavaScript may take to end after it was told.
const SIGNAL_CHECK: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_millis(500);

thread_local! {
    /// The sessions out of whose calls this thread is running Python.
    static INSIDE: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// What the package's Python half does for this one: it makes the objects of its own classes.
pub struct Hooks {
    object: Py<PyAny>,
    line: Arc<Line>,
    /// Functions that the environment may call, by number, until it lets go of them.
    lent: Mutex<HashMap<u64, Py<PyAny>>>,
}

impl Hooks {
    fn call<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        args: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let args = args.into_pyobject(py)?;
        self.object.bind(py).getattr(name)?.call1(args)
    }

    /// A `datetime` for milliseconds since 1970.
    pub fn date<'py>(&self, py: Python<'py>, milliseconds: f64, path: &str) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, "date", (milliseconds, path))
    }

    /// Whether it is a `datetime`.
    pub fn is_datetime(&self, object: &Bound<'_, PyAny>) -> PyResult<bool> {
        object.is_instance(&self.object.bind(object.py()).getattr("datetime_class")?)
    }

    /// A callable for the environment's function.
    pub fn function<'py>(&self, py: Python<'py>, number: u64) -> PyResult<Bound<'py, PyAny>> {
        let hooks = self.object.clone_ref(py);
        Ok(Bound::new(py, Function { line: Arc::clone(&self.line), number, hooks })?.into_any())
    }

    /// A function of Python's that comes back.
    pub fn host_function<'py>(&self, py: Python<'py>, number: u64) -> PyResult<Bound<'py, PyAny>> {
        self.lent(py, number).map(|function| function.into_bound(py)).ok_or_else(gone)
    }

    /// An exception for an error of the environment's.
    pub fn error<'py>(
        &self,
        py: Python<'py>,
        parts: (String, String, String, Option<String>, Option<String>, Option<Bound<'py, PyAny>>),
    ) -> PyResult<Bound<'py, PyAny>> {
        self.call(py, "error", parts)
    }

    /// The exception of Python's that an error object was made of.
    pub fn host_error<'py>(&self, py: Python<'py>, number: u64) -> Option<Bound<'py, PyAny>> {
        self.lent(py, number).map(|error| error.into_bound(py))
    }

    /// Bytes that one value may have at most.
    pub fn message_size(&self) -> Option<u64> {
        self.line.kernel().and_then(|kernel| kernel.limits().message_size)
    }

    /// The error of a value that is not let across.
    pub fn uncrossable(&self, py: Python<'_>, error: &Uncrossable) -> PyErr {
        let made = match error.over_limit {
            true => self.call(py, "message_size_error", (&error.path,)),
            false => return self.transfer_error(py, &error.path, &error.reason),
        };
        match made {
            Ok(made) => PyErr::from_value(made),
            Err(error) => error,
        }
    }

    /// The error of a value that cannot cross.
    pub fn transfer_error(&self, py: Python<'_>, path: &str, reason: &str) -> PyErr {
        match self.call(py, "transfer_error", (path, reason)) {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    }

    /// Class and text of an exception.
    pub fn describe_error(&self, error: &Bound<'_, PyAny>) -> PyResult<Fault> {
        let (name, message): (String, String) = self.call(error.py(), "describe_error", (error,))?.extract()?;
        // What ends threads and tasks (`CancelledError`, `SystemExit`) does so where it was raised, nowhere else.
        let host_error = error.is_instance_of::<PyException>().then(|| self.lend(error));
        Ok(Fault { host_type: Some(name.clone()), name, message, host_error, ..Fault::default() })
    }

    /// Keeps a function for the environment.
    pub fn lend(&self, function: &Bound<'_, PyAny>) -> u64 {
        let number = self.line.number();
        if let Ok(mut lent) = self.lent.lock_py_attached(function.py()) {
            lent.insert(number, function.clone().unbind());
        }
        number
    }

    fn lent(&self, py: Python<'_>, number: u64) -> Option<Py<PyAny>> {
        let lent = self.lent.lock_py_attached(py).ok()?;
        lent.get(&number).map(|function| function.clone_ref(py))
    }

    /// Drops functions that the environment let go of.
    fn drop_released(&self, py: Python<'_>) {
        let numbers = self.line.take_released();
        if numbers.is_empty() {
            return;
        }
        let Ok(mut lent) = self.lent.lock_py_attached(py) else { return };
        let dropped: Vec<_> = numbers.iter().filter_map(|number| lent.remove(number)).collect();
        drop(lent);
        drop(dropped);
    }
}

/// A JavaScript function. Calling it copies the arguments in and the result out, and awaits a promise; `this` is undefined.
///
/// The environment keeps the function until this is garbage.
#[pyclass(frozen, name = "JSFunction", module = "edgejs")]
pub struct Function {
    line: Arc<Line>,
    number: u64,
    hooks: Py<PyAny>,
}

#[pymethods]
impl Function {
    #[pyo3(signature = (*args))]
    fn __call__<'py>(slf: &Bound<'py, Self>, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        slf.get().hooks.bind(slf.py()).call_method1("call", (slf, args))
    }

    fn __repr__(&self) -> &'static str {
        "<a JavaScript function>"
    }
}

impl Function {
    /// Its number, when it is of the environment of `hooks`.
    pub fn number_on(&self, hooks: &Hooks) -> Option<u64> {
        Arc::ptr_eq(&self.line, &hooks.line).then_some(self.number)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // A closed environment has let go of it already.
        let _ = self.line.send(Letter::Release { number: self.number }, None);
    }
}

/// An environment. Methods may be called from any Python thread, also at once; no thread belongs to it while nothing runs in it.
#[pyclass(frozen, module = "edgejs._native")]
pub struct Session {
    line: Arc<Line>,
    hooks: Hooks,
    asked: Mutex<HashMap<u64, Arc<Waiter>>>,
    /// Functions that hear what the program writes, by descriptor.
    heard: [Option<Py<PyAny>>; 3],
    captured: [Option<Captured>; 3],
}

fn gone() -> PyErr {
    PyRuntimeError::new_err("the environment is gone")
}

fn not_taken(error: NotTaken) -> PyErr {
    match error {
        NotTaken::Closed => PyValueError::new_err("the runtime is closed"),
        NotTaken::Forked => PyValueError::new_err("the runtime belongs to the process that this one was forked from; make a new one"),
        NotTaken::NoThread(error) => PyOSError::new_err(format!("no thread can be started: {error}")),
    }
}

type Told<'py> = (&'static str, Bound<'py, PyAny>);

impl Session {
    fn told<'py>(&self, py: Python<'py>, answer: Answer) -> PyResult<Told<'py>> {
        let none = || py.None().into_bound(py);
        Ok(match answer {
            Answer::Value(datum) => ("value", values::write(py, datum, &self.hooks, "value")?),
            Answer::Snapshot(Ok(image)) => ("value", Bound::new(py, py.detach(|| Snapshot::take(&image))?)?.into_any()),
            Answer::Snapshot(Err(reason)) => ("unfit", reason.into_bound_py_any(py)?),
            Answer::Uncrossable(error) => return Err(self.hooks.uncrossable(py, &error)),
            Answer::Thrown(fault) if fault.code.as_deref() == Some(MESSAGE_SIZE_CODE) => {
                ("limit", Limit::MessageSize.name().into_bound_py_any(py)?)
            }
            Answer::Thrown(fault) => ("thrown", values::error(py, *fault, &self.hooks, "error")?),
            Answer::Reentrant => ("reentrant", none()),
            Answer::Exited(code) => ("exited", code.into_bound_py_any(py)?),
            Answer::Interrupted => ("interrupted", none()),
            Answer::NeverSettled => ("never", none()),
            Answer::LimitExceeded(limit) => ("limit", limit.name().into_bound_py_any(py)?),
            Answer::OutOfMemory => ("memory", none()),
            Answer::Poisoned(why) => ("poisoned", why.into_bound_py_any(py)?),
        })
    }

    fn is_inside(&self) -> bool {
        let address = Arc::as_ptr(&self.line) as usize;
        INSIDE.with_borrow(|inside| inside.contains(&address))
    }

    /// Whether this thread is in a function that serves a stream: the program may be waiting for its end.
    fn is_serving(&self) -> bool {
        streams::is_serving(Arc::as_ptr(&self.line))
    }

    /// The answer to a letter that may not come from a function that the environment is waiting for.
    fn told_from_outside<'py>(&self, py: Python<'py>, letter: impl FnOnce(u64) -> Letter) -> PyResult<Told<'py>> {
        if self.is_serving() {
            return Ok(("serving", py.None().into_bound(py)));
        }
        if self.is_inside() {
            return Ok(("reentrant", py.None().into_bound(py)));
        }
        let answer = self.wait(py, letter)?;
        self.told(py, answer)
    }

    /// Lets Python hear what the program wrote. What the function raises ends the request.
    fn hear(&self, py: Python<'_>, output: &Output) -> PyResult<()> {
        let Some(function) = &self.heard[output.stream.min(2)] else { return Ok(()) };
        let bytes = PyBytes::new(py, &output.bytes);
        let raised = streams::serve(Arc::as_ptr(&self.line), || function.call1(py, (bytes,)));
        if raised.is_err()
            && let Some(interrupt) = self.line.interrupt()
        {
            interrupt.interrupt();
        }
        raised.map(drop)
    }

    /// Runs a function of Python's for the environment, and replies. An exception that is none of the function's own (Ctrl-C,
    /// `SystemExit`) is answered here.
    fn run(&self, py: Python<'_>, function: u64, args: Vec<Datum>, call: u64) -> PyResult<()> {
        INSIDE.with_borrow_mut(|inside| inside.push(Arc::as_ptr(&self.line) as usize));
        let result = self.run_function(py, function, args);
        INSIDE.with_borrow_mut(|inside| inside.pop());
        let (reply, raised) = match result {
            Ok(reply) => (reply, Ok(())),
            Err(error) if error.is_instance_of::<PyException>(py) => {
                (HostReply::Raised(values::fault_of(error.value(py).as_any(), &self.hooks)), Ok(()))
            }
            Err(error) => (HostReply::Gone, Err(error)),
        };
        if raised.is_err()
            && let Some(interrupt) = self.line.interrupt()
        {
            interrupt.interrupt();
        }
        self.line.reply(call, reply);
        raised
    }

    fn run_function(&self, py: Python<'_>, function: u64, args: Vec<Datum>) -> PyResult<HostReply> {
        let callable = self.hooks.lent(py, function).ok_or_else(gone)?;
        let mut values = Vec::with_capacity(args.len());
        for (index, datum) in args.into_iter().enumerate() {
            values.push(values::write(py, datum, &self.hooks, &format!("arguments[{index}]"))?);
        }
        let value = callable.bind(py).call1(PyTuple::new(py, values)?)?;
        if value.hasattr(pyo3::intern!(py, "__await__"))? {
            let number = self.line.number();
            self.hooks.call(py, "awaitable", (number, value))?;
            return Ok(HostReply::Later(number));
        }
        match values::read(&value, &self.hooks, "return value") {
            Ok(datum) => Ok(HostReply::Value(datum)),
            Err(values::ReadError::Uncrossable(error)) => Ok(HostReply::Refused(error)),
            Err(values::ReadError::Raised(error)) => Err(error),
        }
    }

    /// Sends a request and waits for its answer without the GIL, running what the environment calls and looking after signals in
    /// between. A signal handler that raises (Ctrl-C) ends the request.
    fn wait(&self, py: Python<'_>, letter: impl FnOnce(u64) -> Letter) -> PyResult<Answer> {
        let waiter = Waiter::new(None);
        let ticket = self.line.number();
        self.hooks.drop_released(py);
        self.line.send(letter(ticket), Some((ticket, Arc::clone(&waiter)))).map_err(not_taken)?;
        let mut soon = true;
        loop {
            let message = py.detach(|| waiter.wait(SIGNAL_CHECK, soon));
            let raised = match message {
                Some(Message::Answer(answer)) => return Ok(answer),
                Some(Message::Output(output)) => {
                    let heard = self.hear(py, &output);
                    drop(output);
                    self.line.heard();
                    match heard {
                        Ok(()) => continue,
                        Err(raised) => raised,
                    }
                }
                Some(Message::Call { function, args, call }) => {
                    soon = true;
                    match self.run(py, function, args, call) {
                        Ok(()) => continue,
                        Err(raised) => raised,
                    }
                }
                None => {
                    soon = false;
                    match py.check_signals() {
                        Ok(()) => continue,
                        Err(raised) => raised,
                    }
                }
            };
            self.end(py, &waiter);
            return Err(raised);
        }
    }

    /// Ends the request that `waiter` waits for, the environment with it when it does not obey.
    fn end(&self, py: Python<'_>, waiter: &Waiter) {
        let Some(interrupt) = self.line.interrupt() else { return };
        for kill in [false, true] {
            if kill {
                interrupt.kill();
            } else {
                interrupt.interrupt();
            }
            loop {
                match py.detach(|| waiter.wait(PATIENCE, true)) {
                    Some(Message::Answer(_)) => return,
                    Some(Message::Call { call, .. }) => self.line.reply(call, HostReply::Gone),
                    // Whoever raised hears no more.
                    Some(Message::Output(output)) => {
                        drop(output);
                        self.line.heard();
                    }
                    // Whatever it answers later, the session is gone and says so when it is asked again.
                    None => break,
                }
            }
        }
    }

    fn read_args(&self, py: Python<'_>, kind: &str, args: &Bound<'_, PyTuple>) -> PyResult<Vec<Datum>> {
        let name = if kind == "expose" { "members" } else { "arguments" };
        values::read_args(args, &self.hooks, name).map_err(|error| from_python_error(py, error, &self.hooks))
    }

    fn waiter(&self, py: Python<'_>, ticket: u64) -> PyResult<Option<Arc<Waiter>>> {
        Ok(self.asked.lock_py_attached(py).map_err(|_| gone())?.get(&ticket).cloned())
    }
}

/// The members of a session's table that Python asks for.
fn kind(name: &str) -> PyResult<&'static str> {
    const KINDS: [&str; 8] = ["eval", "load", "require", "import", "read", "call", "apply", "expose"];
    KINDS.into_iter().find(|kind| *kind == name).ok_or_else(|| PyValueError::new_err(format!("no such request: {name}")))
}

#[pymethods]
impl Session {
    /// Starts an environment.
    #[new]
    #[pyo3(signature = (*, hooks, exec_path, image, cwd, env, memory_limit, policy, limits, streams, snapshot))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword of its own")]
    fn new(
        py: Python<'_>,
        hooks: Py<PyAny>,
        exec_path: String,
        image: Option<PathBuf>,
        cwd: Option<String>,
        env: Option<Vec<(String, String)>>,
        memory_limit: u64,
        policy: Option<String>,
        limits: Option<String>,
        streams: Vec<(String, Py<PyAny>)>,
        snapshot: Option<&Snapshot>,
    ) -> PyResult<Self> {
        let images = match image {
            Some(path) if snapshot.is_none() => images(py, path)?,
            _ => SessionImages::default(),
        };
        let line = Line::new();
        let Streams { opened, heard, captured } = Streams::open(py, streams, &line)?;
        let captures = captured.iter().any(Option::is_some);
        let snapshot = snapshot.map(Snapshot::image);
        let recipe = Recipe { images, snapshot, exec_path, cwd, env, memory_limit, policy, limits, streams: opened, captures };
        let (started, start) = channel();
        let of_worker = Arc::clone(&line);
        let job = move || {
            let outcome = recipe.cook().map(|session| of_worker.open(session));
            // Nobody waits any more when Python was interrupted.
            let _ = started.send(outcome);
        };
        workers::submit(job).map_err(|error| PyOSError::new_err(format!("no thread can be started: {error}")))?;
        let start = Mutex::new(start);
        py.detach(|| start.lock().ok().and_then(|start| start.recv().ok())).ok_or_else(gone)?.map_err(PyOSError::new_err)?;
        let hooks = Hooks { object: hooks, line: Arc::clone(&line), lent: Mutex::default() };
        Ok(Self { line, hooks, asked: Mutex::default(), heard, captured })
    }

    /// What was captured of a standard stream so far; None when it is not captured.
    fn captured<'py>(&self, py: Python<'py>, stream: usize) -> Option<Bound<'py, PyBytes>> {
        let captured = self.captured.get(stream)?.as_ref()?;
        let captured = captured.lock_py_attached(py).ok()?;
        Some(PyBytes::new(py, &captured))
    }

    /// The environment's files.
    fn files(&self) -> Files {
        Files { line: Arc::clone(&self.line) }
    }

    /// One request, waited for: `("value", value)`, `("thrown", exception)`, `("exited", code)`, `("interrupted", None)`, `("never", None)`,
    /// `("reentrant", None)`, `("memory", None)` or `("poisoned", why)`.
    fn ask<'py>(&self, py: Python<'py>, kind: &str, args: &Bound<'py, PyTuple>) -> PyResult<Told<'py>> {
        let kind = self::kind(kind)?;
        if self.is_serving() {
            return Ok(("serving", py.None().into_bound(py)));
        }
        let args = self.read_args(py, kind, args)?;
        let nested = self.is_inside();
        let answer = self.wait(py, |ticket| Letter::Ask { ticket, kind, args, nested })?;
        self.told(py, answer)
    }

    /// Runs the loop until nothing is left to do: `("exited", code)`, or what else `ask` may answer.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Told<'py>> {
        self.told_from_outside(py, |ticket| Letter::Finish { ticket })
    }

    /// An image of the environment: `("value", Snapshot)`, `("unfit", reason)`, or what else `ask` may answer.
    fn snapshot<'py>(&self, py: Python<'py>, keep_random: bool) -> PyResult<Told<'py>> {
        self.told_from_outside(py, |ticket| Letter::Snapshot { ticket, keep_random, engine: &edge_quickjs::QuickJs })
    }

    /// One request, not waited for: `notify()` is called on some thread each time when there is something for `take`. Its ticket.
    fn begin(&self, py: Python<'_>, kind: Option<&str>, args: &Bound<'_, PyTuple>, notify: Py<PyAny>) -> PyResult<u64> {
        let kind = kind.map(self::kind).transpose()?;
        let args = self.read_args(py, kind.unwrap_or_default(), args)?;
        let ticket = self.line.number();
        let waiter = Waiter::new(Some(notify));
        self.hooks.drop_released(py);
        self.asked.lock_py_attached(py).map_err(|_| gone())?.insert(ticket, Arc::clone(&waiter));
        let letter = match kind {
            Some(kind) => Letter::Ask { ticket, kind, args, nested: false },
            None => Letter::Finish { ticket },
        };
        let sent = self.line.send(letter, Some((ticket, waiter)));
        if let Err(error) = sent {
            self.asked.lock_py_attached(py).map_err(|_| gone())?.remove(&ticket);
            return Err(not_taken(error));
        }
        Ok(ticket)
    }

    /// Runs what the environment calls for this request, and answers as `ask` does, or None when it is not done yet.
    fn take<'py>(&self, py: Python<'py>, ticket: u64) -> PyResult<Option<Told<'py>>> {
        let Some(waiter) = self.waiter(py, ticket)? else { return Ok(None) };
        while let Some(message) = waiter.take() {
            match message {
                Message::Call { function, args, call } => self.run(py, function, args, call)?,
                Message::Output(output) => {
                    let heard = self.hear(py, &output);
                    drop(output);
                    self.line.heard();
                    heard?;
                }
                Message::Answer(answer) => {
                    self.asked.lock_py_attached(py).map_err(|_| gone())?.remove(&ticket);
                    return self.told(py, answer).map(Some);
                }
            }
        }
        Ok(None)
    }

    /// Nobody waits for this request any more: when it is the only one, what runs is ended.
    fn cancel(&self, py: Python<'_>, ticket: u64) -> PyResult<()> {
        let waiter = self.asked.lock_py_attached(py).map_err(|_| gone())?.remove(&ticket);
        let Some(waiter) = waiter else { return Ok(()) };
        while let Some(message) = waiter.take() {
            match message {
                Message::Call { call, .. } => self.line.reply(call, HostReply::Gone),
                Message::Output(output) => {
                    if let Err(raised) = self.hear(py, &output) {
                        raised.write_unraisable(py, None);
                    }
                }
                Message::Answer(_) => {}
            }
        }
        if self.line.forget(ticket)
            && let Some(interrupt) = self.line.interrupt()
        {
            interrupt.interrupt();
        }
        // After the interruption: whoever reads the letter has seen to that too. A session that is gone has forgotten the ticket.
        let _ = self.line.send(Letter::Forget { ticket }, None);
        Ok(())
    }

    /// The outcome of an awaitable that `hooks.awaitable` was given.
    fn settle(&self, py: Python<'_>, number: u64, value: &Bound<'_, PyAny>, raised: bool) -> PyResult<()> {
        let outcome = if raised {
            Err(values::fault_of(value, &self.hooks))
        } else {
            match values::read(value, &self.hooks, "return value") {
                Ok(datum) => Ok(datum),
                Err(error) => {
                    let error = from_python_error(py, error, &self.hooks);
                    Err(values::fault_of(error.value(py).as_any(), &self.hooks))
                }
            }
        };
        // A session that is closed has dropped its promises.
        let _ = self.line.send(Letter::Settle { number, outcome }, None);
        Ok(())
    }

    /// Ends the environment, and what runs in it. A second time is nothing.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.line.close());
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.line.close();
    }
}

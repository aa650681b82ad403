//! A session for each run of a program, and what must hold after it.

use edge_napi::IsolateOptions;
use edge_node::{
    Answer, BootImage, Datum, EnvironmentOptions, Host, HostReply, Letter, Nested, Options, Runtime, Session, SessionImages, Text,
};
use edge_quickjs::QuickJs;
use edge_wasix::clock::sleep;
use edge_wasix::faults::{Call, Fault, Faults};
use edge_wasix::thread::{ThreadSpec, spawn};
use edge_wasix::{Fd, Kernel, Limits, MemoryFs, Policy, Stdio, VolumeAccess};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// A run that takes this long hangs.
const HANGS: Duration = Duration::from_secs(60);

/// The programs make their files here; the tests of this file are one at a time.
static ALONE: Mutex<()> = Mutex::new(());

pub fn kernel(limits: Limits) -> Arc<Kernel> {
    Kernel::builder().policy(Policy::open()).limits(limits).stdio(Stdio::Null).build().unwrap()
}

fn options() -> EnvironmentOptions {
    let cli = Options::parse(None, &[]).unwrap();
    EnvironmentOptions { cli, exec_path: "/edge-node".to_owned(), argv0: "edge-node".to_owned(), ..Default::default() }
}

/// A boot image and that of a session, made once.
fn images() -> SessionImages {
    static IMAGES: OnceLock<SessionImages> = OnceLock::new();
    let make = |prepare: bool| {
        let isolate = IsolateOptions { memory_limit: 1 << 30, stack_limit: 0 };
        let runtime = Runtime::new(&QuickJs, None, kernel(Limits::NONE), options(), &isolate).unwrap();
        if prepare {
            Session::prepare(&runtime).unwrap();
        }
        let image = QuickJs.image_from_bytes(&runtime.snapshot().unwrap(), edge_node::native_table()).unwrap();
        Some(BootImage::check(image).unwrap())
    };
    IMAGES.get_or_init(|| SessionImages { boot: make(false), session: make(true) }).clone()
}

/// A host that asks one thing at a time and has no functions.
#[derive(Default)]
struct Mail {
    letter: Mutex<Option<Letter>>,
    answer: Mutex<Option<Answer>>,
}

impl Host for Mail {
    fn next(&self) -> Option<Letter> {
        self.letter.lock().unwrap().take()
    }
    fn is_idle(&self) -> bool {
        self.letter.lock().unwrap().is_none()
    }
    fn deliver(&self, _ticket: u64, answer: Answer) {
        *self.answer.lock().unwrap() = Some(answer);
    }
    fn call(&self, _number: u64, _args: Vec<Datum>, _current: Option<u64>, _nested: &Nested<'_>) -> HostReply {
        HostReply::Gone
    }
    fn release(&self, _number: u64) {}
}

/// The machine of a program.
#[derive(Clone, Copy, Debug)]
pub enum Machine {
    /// The host as it is.
    Open,
    /// Nothing but the folder of the programs, as it is.
    Volume,
    /// The same, under a layer of changes.
    Changes,
}

impl Machine {
    fn kernel(self, dir: &str) -> Arc<Kernel> {
        let limits = Limits { wall_time: Some(HANGS), ..Limits::NONE };
        let access = match self {
            Self::Open => return kernel(limits),
            Self::Volume => VolumeAccess::ReadWrite,
            Self::Changes => VolumeAccess::CopyOnWrite,
        };
        let policy = Policy::closed().volume_at(dir, dir.as_bytes(), access);
        Kernel::builder().policy(policy).limits(limits).mount("/", MemoryFs::new()).stdio(Stdio::Null).build().unwrap()
    }
}

/// A session and its mail.
pub struct Program {
    session: Session,
    host: Arc<Mail>,
}

impl Program {
    /// Starts one; why it could not be.
    pub fn start(memory: u64) -> Result<Self, String> {
        Self::start_on(Machine::Open.kernel(""), memory)
    }

    fn start_on(kernel: Arc<Kernel>, memory: u64) -> Result<Self, String> {
        let isolate = IsolateOptions { memory_limit: memory, stack_limit: 0 };
        let session = Session::start(&QuickJs, &images(), kernel, options(), &isolate).map_err(|error| error.to_string())?;
        let host = Arc::new(Mail::default());
        let _ = session.connect(host.clone());
        Ok(Self { session, host })
    }

    pub fn eval(&self, code: &str) -> Answer {
        let args = [code, "test"].map(|text| Datum::Text(Text::Utf8(text.to_owned()))).to_vec();
        *self.host.letter.lock().unwrap() = Some(Letter::Ask { ticket: 1, kind: "eval", args, nested: false });
        self.session.drive();
        self.host.answer.lock().unwrap().take().expect("an answer")
    }

    /// The descriptors that the program has.
    fn fds(&self) -> Vec<Fd> {
        self.session.kernel().open_fds()
    }
}

/// Runs `body` alone, on a thread with room for JavaScript and with the images made.
pub fn on_thread(body: impl FnOnce() + Send + 'static) {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let body = || {
        images();
        body();
    };
    spawn(ThreadSpec { name: "js".to_owned(), stack_size: 32 << 20 }, body).unwrap().join().expect("the thread panicked");
}

/// How many descriptors this process has.
pub fn host_fds() -> usize {
    kernel(Limits::NONE).readdir(b"/proc/self/fd").unwrap().len()
}

/// Waits until what closes on other threads is closed; how many descriptors there are then.
pub fn settled_host_fds(wanted: usize) -> usize {
    for _ in 0..1000 {
        if host_fds() <= wanted {
            break;
        }
        sleep(Duration::from_millis(10));
    }
    host_fds()
}

/// The folder that programs call `dir`, empty.
fn fresh_folder() -> String {
    let host = kernel(Limits::NONE);
    let dir = format!("/tmp/edge-faults-{}", host.pid());
    let _ = host.remove_all(dir.as_bytes());
    host.mkdir(dir.as_bytes(), 0o700).unwrap();
    dir
}

fn remove_folder() {
    let host = kernel(Limits::NONE);
    let _ = host.remove_all(format!("/tmp/edge-faults-{}", host.pid()).as_bytes());
}

/// How a program ended: its result, or `!` and what its error says.
fn outcome(answer: Answer) -> String {
    match answer {
        Answer::Value(Datum::Text(Text::Utf8(text))) => text,
        other => format!("?{other:?}"),
    }
}

/// One run with a fault; its outcome, and how many calls of the kind there were.
fn run(machine: Machine, body: &str, call: Call, fault: Fault, nth: u64, times: u64) -> (String, u64) {
    let dir = fresh_folder();
    let code = format!(
        "new Promise((resolve, reject) => {{
          process.on('uncaughtException', reject);
          const fs = require('fs'), dir = {dir:?};
          (async () => {{ {body} }})().then(resolve, reject);
        }}).then(String, (e) => '!' + [e?.code, e?.errno, e?.syscall, e?.message].join('|'))"
    );
    let program = Program::start_on(machine.kernel(&dir), 512 << 20).unwrap();
    let before = program.fds();
    let faults = Faults::set(call, fault, nth, times);
    let outcome = outcome(program.eval(&code));
    let seen = faults.end();
    // A stream closes its descriptor a little after it failed.
    for _ in 0..500 {
        if outcome.starts_with('?') || program.fds().len() <= before.len() {
            break;
        }
        program.eval("new Promise((done) => setTimeout(done, 5))");
    }
    assert!(outcome.starts_with('?') || program.fds().len() <= before.len(), "{call:?} {fault:?} at {nth}: left {:?}", program.fds());
    drop(program);
    (outcome, seen)
}

/// What a fault may do to a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    No,
    /// An error with a code, or nothing.
    Maybe,
}

/// Runs a program with each call of a kind failing in turn.
pub fn every(machine: Machine, name: &str, body: &str, call: Call, fault: Fault, times: u64, seen: Seen) {
    let (good, _) = run(machine, body, Call::Spawn, fault, u64::MAX, 0);
    assert!(!good.starts_with(['!', '?']), "{name} without faults: {good}");
    let before = host_fds();
    for nth in 0.. {
        let (outcome, calls) = run(machine, body, call, fault, nth, times);
        let what = format!("{name} on {machine:?}: {call:?} {fault:?} at {nth} of {calls}, {times} times: {outcome}");
        println!("{what}");
        let fits = match outcome.strip_prefix('!') {
            // `rm` has errors without a code, in Node too.
            Some(error) => seen == Seen::Maybe && !error.starts_with("||"),
            None => outcome == good,
        };
        assert!(fits, "{what}");
        let after = settled_host_fds(before);
        assert!(after <= before, "{what}: {before} descriptors before, {after} after");
        if calls <= nth {
            assert_eq!(outcome, good, "{what}");
            break;
        }
    }
    remove_folder();
}

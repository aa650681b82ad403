//! Limits that end an environment: by its deadline, whatever it does, and without harm to the others of the process.

use edge_napi::IsolateOptions;
use edge_node::{Answer, Datum, EnvironmentOptions, Host, HostReply, Interrupt, Letter, Nested, Options, Session, SessionImages, Text};
use edge_quickjs::QuickJs;
use edge_wasix::clock::monotonic_ns;
use edge_wasix::thread::{ThreadSpec, spawn};
use edge_wasix::{Kernel, Limit, Limits, Policy, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// How much later than its deadline an end is still no failure: the machines of CI are busy.
const SLACK: Duration = Duration::from_secs(8);

/// One boot image for all tests: booting from source takes a second each.
fn images() -> SessionImages {
    static IMAGE: OnceLock<SessionImages> = OnceLock::new();
    let make = || {
        let kernel = Kernel::builder().policy(Policy::open()).stdio(Stdio::Null).build().unwrap();
        let options = options(&kernel);
        let isolate = IsolateOptions { memory_limit: 1 << 30, stack_limit: 0 };
        let runtime = edge_node::Runtime::new(&QuickJs, None, kernel, options, &isolate).unwrap();
        let bytes = runtime.snapshot().unwrap();
        let image = QuickJs.image_from_bytes(&bytes, edge_node::native_table()).unwrap();
        SessionImages { boot: Some(edge_node::BootImage::check(image).unwrap()), session: None }
    };
    IMAGE.get_or_init(make).clone()
}

fn options(_kernel: &Kernel) -> EnvironmentOptions {
    let cli = Options::parse(None, &[]).unwrap();
    EnvironmentOptions { cli, exec_path: "/edge-node".to_owned(), argv0: "edge-node".to_owned(), ..Default::default() }
}

/// A session and its mail.
struct Program {
    session: Session,
    host: Arc<Mail>,
}

fn session(limits: Limits, policy: Policy) -> Program {
    let kernel = Kernel::builder().policy(policy).limits(limits).stdio(Stdio::Null).build().unwrap();
    let options = options(&kernel);
    let isolate = IsolateOptions { memory_limit: limits.memory.unwrap_or(512 << 20), stack_limit: 0 };
    let session = Session::start(&QuickJs, &images(), kernel, options, &isolate).unwrap();
    let host = Arc::new(Mail::default());
    let _ = session.connect(host.clone());
    Program { session, host }
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

/// Runs `body` on a thread with room for JavaScript; what it answers.
fn on_thread<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> T {
    spawn(ThreadSpec { name: "js".to_owned(), stack_size: 32 << 20 }, body).unwrap().join().expect("the thread panicked")
}

fn eval(program: &Program, code: &str) -> Answer {
    let args = [code, "test"].map(|text| Datum::Text(Text::Utf8(text.to_owned()))).to_vec();
    *program.host.letter.lock().unwrap() = Some(Letter::Ask { ticket: 1, kind: "eval", args, nested: false });
    program.session.drive();
    program.host.answer.lock().unwrap().take().expect("an answer")
}

fn number(value: f64) -> Answer {
    Answer::Value(Datum::Number(value))
}

/// `code` under `limits` ends with `limit`; how long after `due` it ended. The environment's neighbour is unharmed.
fn ends(code: &'static str, limits: Limits, limit: Limit, due: Duration) {
    let late = on_thread(move || {
        let session = session(limits, Policy::open());
        assert_eq!(eval(&session, "1 + 1"), number(2.0));
        let start = monotonic_ns();
        let answer = eval(&session, code);
        let took = Duration::from_nanos(monotonic_ns() - start);
        assert_eq!(answer, Answer::LimitExceeded(limit), "{code}");
        assert_eq!(eval(&session, "1"), Answer::LimitExceeded(limit));
        drop(session);
        took.saturating_sub(due)
    });
    println!("late by {late:?}: {code}");
    assert!(late < SLACK, "{code}: {late:?} late");
}

/// What may run for hours: in the engine, in native code, in system calls.
const ENDLESS: &[&str] = &[
    "for (;;) {}",
    "const f = () => Promise.resolve().then(f); f(); new Promise(() => {})",
    "const f = () => queueMicrotask(f); f(); new Promise(() => {})",
    "const f = () => process.nextTick(f); f(); new Promise(() => {})",
    "const f = () => setImmediate(f); f(); new Promise(() => setInterval(() => {}, 1e6))",
    "/^(a+)+$/.test('a'.repeat(40) + 'b')",
    "for (;;) 3n ** 600000n",
    "const a = 3n ** 300000n; for (;;) a * a",
    "Array.from({ length: 3e6 }, (_, i) => i).sort((x, y) => { for (let i = 0; i < 1e5; i++); return y - x })",
    "const s = 'ab'.repeat(1e7); for (;;) s.split('')",
    "const s = 'ab'.repeat(1e6), t = s + 'c'; for (;;) s.localeCompare(t)",
    "const a = Array(1e6).fill('xy'); for (;;) a.join(',')",
    "const a = Array(1e6).fill({ b: [1, 2, 'c'] }); for (;;) JSON.parse(JSON.stringify(a))",
    "for (;;) try { (function f() { f() })() } catch {}",
    "for (;;) try { for (;;); } finally { continue }",
    "function* g() { try { yield 1 } finally { for (;;); } } for (const x of g()) break",
    "new Proxy({}, { get(t, k, r) { for (;;); } }).x",
    "const { Script } = require('vm'); for (;;) try { new Script('for (;;);').runInThisContext({ timeout: 5 }) } catch {}",
    "const z = require('zlib'), b = Buffer.alloc(1e8, 'abcdefg'); for (;;) z.brotliCompressSync(b)",
    "const z = require('zlib'), b = Buffer.alloc(1e8, 'abcdefg'); for (;;) z.gzipSync(b, { level: 9 })",
    "require('crypto').pbkdf2Sync('a', 'b', 2147483647, 64, 'sha512')",
    "require('crypto').scryptSync('a', 'b', 64, { N: 2 ** 18, r: 8, p: 500, maxmem: 2 ** 40 })",
    "require('crypto').generatePrimeSync(8192, { safe: true })",
    "const c = require('crypto'), b = Buffer.alloc(2e8); for (;;) c.createHash('sha512').update(b).digest()",
    "require('child_process').execSync('sleep 100')",
    "require('child_process').spawnSync('sleep', ['100'], { stdio: 'inherit' })",
    "const fs = require('fs'), f = '/tmp/edge-limits-fifo-' + process.pid + Math.random(); require('child_process').execFileSync('mkfifo', [f]); try { fs.readFileSync(f) } finally { fs.unlinkSync(f) }",
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    "new Promise(() => setTimeout(() => {}, 1e8))",
    "require('net').createServer().listen(0); new Promise(() => {})",
    "for (;;) require('fs').statSync('/')",
];

#[test]
fn row_48_and_49_the_deadline_holds_whatever_runs() {
    let wall = Duration::from_millis(300);
    for code in ENDLESS {
        ends(code, Limits { wall_time: Some(wall), ..Limits::NONE }, Limit::WallTime, wall);
    }
}

#[test]
fn row_48_processor_time_holds_too() {
    let cpu = Duration::from_millis(300);
    for code in ["for (;;) {}", "/^(a+)+$/.test('a'.repeat(40) + 'b')", "const a = 3n ** 300000n; for (;;) a * a"] {
        ends(code, Limits { cpu_time: Some(cpu), ..Limits::NONE }, Limit::CpuTime, cpu);
    }
}

#[test]
fn each_request_has_its_own_time() {
    on_thread(|| {
        let time = Duration::from_secs(5);
        let session = session(Limits { wall_time: Some(time), cpu_time: Some(time), ..Limits::NONE }, Policy::open());
        for _ in 0..6 {
            assert_eq!(eval(&session, "new Promise((done) => setTimeout(done, 1000, 7))"), number(7.0));
        }
    });
}

#[test]
fn waiting_costs_no_processor_time() {
    on_thread(|| {
        let session = session(Limits { cpu_time: Some(Duration::from_secs(1)), ..Limits::NONE }, Policy::open());
        assert_eq!(eval(&session, "new Promise((done) => setTimeout(done, 2000, 7))"), number(7.0));
    });
}

#[test]
fn a_kill_leaves_the_other_environments_alone() {
    // One thread of calculating neighbours, one of environments that are killed.
    let neighbour = spawn(ThreadSpec { name: "neighbour".to_owned(), stack_size: 32 << 20 }, || {
        let session = session(Limits::NONE, Policy::open());
        for round in 0..200 {
            let code = "[...Array(2000).keys()].map((x) => Math.sqrt(x)).join().length";
            assert_eq!(eval(&session, code), number(36040.0), "round {round}");
        }
    })
    .unwrap();
    on_thread(|| {
        for code in ["for (;;) {}", "/^(a+)+$/.test('a'.repeat(40) + 'b')", "for (;;) require('fs').readFileSync('/proc/self/stat')"] {
            // Beside each other on one thread, too.
            let other = session(Limits::NONE, Policy::open());
            let limits = Limits { wall_time: Some(Duration::from_millis(50)), ..Limits::NONE };
            let victim = session(limits, Policy::open());
            assert_eq!(eval(&victim, code), Answer::LimitExceeded(Limit::WallTime));
            assert_eq!(eval(&other, "6 * 7"), number(42.0));
            drop(victim);
            assert_eq!(eval(&other, "require('fs').readdirSync('/').length > 0"), Answer::Value(Datum::Bool(true)));
        }
    });
    neighbour.join().expect("the neighbour panicked");
}

#[test]
fn an_embedders_kill_ends_calls_that_block() {
    for code in ["require('child_process').execSync('sleep 100')", "require('crypto').pbkdf2Sync('a', 'b', 2147483647, 64, 'sha512')"] {
        on_thread(move || {
            let session = session(Limits::NONE, Policy::open());
            let interrupt: Interrupt = session.session.interrupt_handle();
            spawn(ThreadSpec { name: "killer".to_owned(), stack_size: 1 << 20 }, move || {
                edge_wasix::clock::sleep(Duration::from_millis(300));
                interrupt.kill();
            })
            .unwrap();
            let start = monotonic_ns();
            assert!(matches!(eval(&session, code), Answer::Poisoned(_)), "{code}");
            assert!(Duration::from_nanos(monotonic_ns() - start) < SLACK, "{code}");
        });
    }
}

#[test]
fn row_46_as_many_as_the_limit_and_no_more() {
    on_thread(|| {
        let limits = Limits { open_files: Some(20), sockets: Some(3), threads: Some(2), ..Limits::NONE };
        let session = session(limits, Policy::open());
        let count = |code: &str| {
            let code = format!(
                "(() => {{ let n = 0; const kept = []; try {{ for (; n < 1000; n++) kept.push({code}); }} catch (e) {{ return [n, e.code, kept.map((k) => k?.close?.() ?? (typeof k === 'number' && require('fs').closeSync(k))).length] }} return [n] }})()"
            );
            eval(&session, &format!("JSON.stringify({code})"))
        };
        // 0, 1 and 2 are open; after a close there is room again.
        for _ in 0..2 {
            assert_eq!(
                count("require('fs').openSync('/dev/null')"),
                Answer::Value(Datum::Text(Text::Utf8("[17,\"EMFILE\",17]".to_owned())))
            );
        }
    });
}

#[test]
fn row_46_timers() {
    let limits = Limits { timers: Some(100), ..Limits::NONE };
    let flood = |count: usize, kind: &str| format!("for (let i = 0; i < {count}; i++) {kind}; 5");
    for kind in ["setTimeout(() => {}, 50)", "setImmediate(() => {})"] {
        let (most, more) = (flood(100, kind), flood(101, kind));
        on_thread(move || {
            let quiet = session(limits, Policy::open());
            assert_eq!(eval(&quiet, &most), number(5.0), "{most}");
            let flooded = session(limits, Policy::open());
            assert_eq!(eval(&flooded, &more), Answer::LimitExceeded(Limit::Timers), "{more}");
        });
    }
}

#[test]
fn row_45_bombs_end_in_a_limit() {
    on_thread(|| {
        let limits = Limits { memory: Some(64 << 20), wall_time: Some(Duration::from_secs(60)), ..Limits::NONE };
        let bombs = [
            "const a = []; for (;;) a.push(new ArrayBuffer(1 << 20))",
            "let s = 'x'; for (;;) s += s",
            "const a = []; for (let i = 0;; i++) a.push('x'.repeat(1e5) + i)",
            "const a = []; for (;;) a.push({})",
            "Buffer.alloc(2 ** 31)",
            "new Array(2 ** 31).fill(0)",
            "structuredClone(Array(1e7).fill('abc'))",
        ];
        for bomb in bombs {
            let session = session(limits, Policy::open());
            let answer = eval(&session, bomb);
            assert!(matches!(answer, Answer::OutOfMemory | Answer::Thrown(_)), "{bomb}: {answer:?}");
        }
    });
}

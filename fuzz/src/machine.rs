//! A booted environment, and a session, restored from one image for each input.

use edge_napi::IsolateOptions;
use edge_node::{Answer, BootImage, Datum, EnvironmentOptions, Host, HostReply, Letter, Nested, Runtime, Session, native_table};
use edge_quickjs::QuickJs;
use edge_wasix::{Kernel, MemoryFs};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};

/// Enough for the library, not for much more.
const OPTIONS: IsolateOptions = IsolateOptions { memory_limit: 96 << 20, stack_limit: 0 };

fn make(image: Option<&BootImage>) -> Runtime {
    let kernel = Kernel::builder().mount("/", MemoryFs::new()).build().expect("a kernel needs nothing");
    Runtime::new(&QuickJs, image, kernel, EnvironmentOptions::default(), &OPTIONS).expect("the library boots")
}

/// A runtime whose library has booted.
pub fn runtime() -> Runtime {
    static IMAGE: OnceLock<BootImage> = OnceLock::new();
    let image = IMAGE.get_or_init(|| check(&make(None)));
    make(Some(image))
}

fn check(runtime: &Runtime) -> BootImage {
    let bytes = runtime.snapshot().expect("a booted library fits an image");
    let image = QuickJs.image_from_bytes(&bytes, native_table()).expect("the image just made");
    BootImage::check(image).expect("the image just made")
}

/// A session, and its host: the letters to it and the answers from it.
pub struct Mailbox {
    session: Session,
    host: Arc<Letters>,
}

#[derive(Default)]
struct Letters {
    letters: Mutex<VecDeque<Letter>>,
    answers: Mutex<Vec<Answer>>,
}

impl Host for Letters {
    fn next(&self) -> Option<Letter> {
        self.letters.lock().expect("nobody panics with it").pop_front()
    }
    fn is_idle(&self) -> bool {
        self.letters.lock().expect("nobody panics with it").is_empty()
    }
    fn deliver(&self, _ticket: u64, answer: Answer) {
        self.answers.lock().expect("nobody panics with it").push(answer);
    }
    fn call(&self, _number: u64, _args: Vec<Datum>, _current: Option<u64>, _nested: &Nested<'_>) -> HostReply {
        HostReply::Gone
    }
    fn release(&self, _number: u64) {}
}

impl Mailbox {
    /// One request and its answer.
    pub fn ask(&self, kind: &'static str, args: Vec<Datum>) -> Answer {
        self.host.letters.lock().expect("nobody panics with it").push_back(Letter::Ask { ticket: 1, kind, args, nested: false });
        self.session.drive();
        let mut answers = self.host.answers.lock().expect("nobody panics with it");
        assert_eq!(answers.len(), 1, "one answer to one request: {answers:?}");
        answers.pop().expect("one")
    }
}

/// A session from the image of a prepared one.
pub fn session() -> Mailbox {
    static IMAGE: OnceLock<BootImage> = OnceLock::new();
    let image = IMAGE.get_or_init(|| {
        let prepared = make(None);
        Session::prepare(&prepared).expect("the session's script runs");
        check(&prepared)
    });
    let session = Session::new(make(Some(image))).expect("a prepared session starts");
    let host = Arc::<Letters>::default();
    let _wake = session.connect(host.clone());
    Mailbox { session, host }
}

//! `ConnectionsList`: a server's parsers, by when their present message began, so that those that take too long are found.

use super::parser::ParserState;
use crate::{AsyncWrap, Environment};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_wasix::clock;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

/// When the message began (0 for an idle connection), and the parser's number.
type Key = (u64, u64);

#[derive(Default)]
struct Lists {
    all: BTreeMap<Key, Weak<AsyncWrap>>,
    active: BTreeMap<Key, Weak<AsyncWrap>>,
}

/// State of a list.
#[derive(Default)]
pub struct Connections(RefCell<Lists>);

impl Connections {
    /// Adds a parser, whose message has begun.
    pub fn push(&self, key: Key, parser: &Rc<AsyncWrap>, active: bool) {
        let mut lists = self.0.borrow_mut();
        lists.all.insert(key, Rc::downgrade(parser));
        if active {
            lists.active.insert(key, Rc::downgrade(parser));
        }
    }

    /// Takes a parser off, under the key it was added with.
    pub fn pop(&self, key: Key) {
        let mut lists = self.0.borrow_mut();
        let gone = (lists.all.remove(&key), lists.active.remove(&key));
        drop(lists);
        drop(gone);
    }
}

/// `new ConnectionsList()`.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("ConnectionsList")?;
    env.wrap(info.this(), Rc::new(Connections::default()))?;
    Ok(info.this())
}

fn objects(env: Env, parsers: Vec<Weak<AsyncWrap>>) -> Result<Value> {
    let mut values = Vec::with_capacity(parsers.len());
    for parser in parsers {
        if let Some(object) = parser.upgrade().map(|parser| parser.object()).transpose()?.flatten() {
            values.push(object);
        }
    }
    env.array_from(&values)
}

/// `all()`.
pub fn all(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let list = env.unwrap::<Connections>(info.this())?;
    let parsers = list.0.borrow().all.values().cloned().collect();
    objects(env, parsers)
}

/// `idle()`: those between two messages.
pub fn idle(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let list = env.unwrap::<Connections>(info.this())?;
    let parsers = list.0.borrow().all.range(..(1, 0)).map(|(_, parser)| parser.clone()).collect();
    objects(env, parsers)
}

/// `active()`.
pub fn active(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let list = env.unwrap::<Connections>(info.this())?;
    let parsers = list.0.borrow().active.values().cloned().collect();
    objects(env, parsers)
}

/// `expired(headersTimeout, requestTimeout)`, in milliseconds: those over time, which are active no more.
pub fn expired(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let list = env.unwrap::<Connections>(info.this())?;
    let nanoseconds = |value: Value| env.get_f64(value).map(|ms| (ms.max(0.0) * 1e6) as u64);
    let (mut headers, mut request) = (nanoseconds(info.arg(0))?, nanoseconds(info.arg(1))?);
    if request > 0 && headers > request {
        std::mem::swap(&mut headers, &mut request);
    }
    let now = clock::monotonic_ns();
    let deadline = |timeout: u64| if timeout > 0 { now.saturating_sub(timeout) } else { 0 };
    let (headers, request) = (deadline(headers), deadline(request));
    let mut late = Vec::new();
    list.0.borrow_mut().active.retain(|(start, _), parser| {
        let Some(wrap) = parser.upgrade() else { return false };
        let in_head = wrap.state::<ParserState>().is_ok_and(|state| !state.headers_completed.get());
        let over = (in_head && headers > 0 && *start < headers) || (request > 0 && *start < request);
        if over {
            late.push(parser.clone());
        }
        !over
    });
    objects(env, late)
}

/// The list behind an object of the library's; `None` for none.
pub fn of(environment: &Rc<Environment>, object: Value) -> Result<Option<Rc<Connections>>> {
    let env = environment.env();
    if env.is_object(object)? { env.unwrap(object).map(Some) } else { Ok(None) }
}

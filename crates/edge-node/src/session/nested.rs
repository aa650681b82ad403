//! Requests under way: begun from the mail of a session, or from inside of a call of the embedder's function.

use super::datum::{Datum, Uncrossable};
use super::from_js::{ReadError, read, read_thrown};
use super::functions::{Functions, HostSide};
use super::server::{Tool, tool};
use super::{Answer, Letter, to_js};
use crate::Environment;
use crate::callback_scope::CallbackContext;
use edge_napi::{Engine, Reference, Result};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What has been asked and is not answered yet.
#[derive(Default)]
pub(crate) struct UnderWay {
    /// Ticket, slot.
    slots: RefCell<Vec<(u64, Reference)>>,
    /// The request whose first stretch is running.
    current: Cell<Option<u64>>,
    /// Whether it was asked to run the loop to its end.
    pub(super) finish: Cell<Option<u64>>,
    /// Whether it was asked for an image ([`Letter::Snapshot`]).
    pub(super) snapshot: Cell<Option<(u64, bool, &'static dyn Engine)>>,
    /// Up while an interruption has not been answered: what it is to end must not be mixed with what is asked after it.
    pub(super) interrupted: Interrupted,
}

#[derive(Default)]
pub(super) struct Interrupted(OnceCell<Arc<AtomicBool>>);

impl Interrupted {
    pub(super) fn set(&self, flag: Arc<AtomicBool>) {
        let _ = self.0.set(flag);
    }

    fn is_up(&self) -> bool {
        self.0.get().is_some_and(|flag| flag.load(Ordering::Acquire))
    }
}

/// The request that is being begun.
pub(super) fn current(environment: &Rc<Environment>) -> Option<u64> {
    environment.state::<UnderWay>().current.get()
}

/// The environment while it waits in a call of the embedder's: what can be done with it.
pub struct Nested<'a>(pub(super) &'a Rc<Environment>);

impl Nested<'_> {
    /// Takes in the mail that came meanwhile.
    pub fn receive(&self) {
        receive(self.0);
    }

    /// Whether the environment was killed: there is no use in waiting.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        is_over(self.0)
    }
}

/// Whether the program has ended, or its engine is gone.
fn is_over(environment: &Environment) -> bool {
    environment.is_gone() || environment.exit_code().is_some()
}

/// Takes in all mail: begins requests, settles promises, releases functions.
pub(super) fn receive(environment: &Rc<Environment>) {
    let side = environment.state::<HostSide>();
    let Some(host) = side.host() else { return };
    let under_way = environment.state::<UnderWay>();
    while !under_way.interrupted.is_up() && !is_over(environment) {
        let Some(letter) = host.next() else { break };
        match letter {
            Letter::Ask { ticket, kind, args, nested } => {
                if begin(environment, ticket, kind, &args).is_none() {
                    under_way.failed(ticket);
                }
                if under_way.interrupted.is_up() || is_over(environment) {
                    break;
                }
                for (ticket, answer) in settled(environment) {
                    host.deliver(ticket, answer);
                }
                if nested && under_way.forget(environment, ticket) {
                    host.deliver(ticket, Answer::Reentrant);
                }
            }
            Letter::Finish { ticket } => under_way.finish.set(Some(ticket)),
            Letter::Snapshot { ticket, keep_random, engine } => {
                // Of two that ask at once one is told so.
                if let Some((earlier, ..)) = under_way.snapshot.replace(Some((ticket, keep_random, engine))) {
                    host.deliver(earlier, Answer::Snapshot(Err("another snapshot was asked for".to_owned())));
                }
            }
            Letter::Forget { ticket } => {
                under_way.forget(environment, ticket);
            }
            Letter::Settle { number, outcome } => {
                let env = environment.env();
                let Ok(_scope) = env.scope() else { continue };
                environment.callback_scope(CallbackContext::NONE, || side.settle(environment, number, outcome));
            }
            Letter::Release { number } => environment.state::<Functions>().release(environment, number),
        }
    }
}

fn begin(environment: &Rc<Environment>, ticket: u64, kind: &str, args: &[Datum]) -> Option<()> {
    let env = environment.env();
    let under_way = environment.state::<UnderWay>();
    let _scope = env.scope().ok()?;
    let outer = under_way.current.replace(Some(ticket));
    let begun = environment.callback_scope(CallbackContext::NONE, || {
        let list = env.array()?;
        for (index, datum) in (0u32..).zip(args) {
            env.set_index(list, index, to_js::write(environment, datum)?)?;
        }
        let slot = env.call(tool(environment, Tool::Serve)?, env.undefined()?, &[env.string(kind)?, list])?;
        under_way.slots.borrow_mut().push((ticket, env.reference(slot)?));
        Ok(())
    });
    under_way.current.set(outer);
    begun
}

/// The answers that are there.
pub(super) fn settled(environment: &Rc<Environment>) -> Vec<(u64, Answer)> {
    let under_way = environment.state::<UnderWay>();
    let slots = under_way.slots.borrow().clone();
    let mut answers = Vec::new();
    for (ticket, slot) in slots {
        if let Ok(Some(answer)) = look(environment, slot) {
            if under_way.forget(environment, ticket) {
                answers.push((ticket, answer));
            }
        }
    }
    answers
}

fn look(environment: &Rc<Environment>, slot: Reference) -> Result<Option<Answer>> {
    let env = environment.env();
    let _scope = env.scope()?;
    let Some(slot) = env.deref(slot)? else { return Ok(None) };
    if !env.get_bool(env.get(slot, "done")?)? {
        return Ok(None);
    }
    let value = env.get(slot, "value")?;
    if env.get_bool(env.get(slot, "failed")?)? {
        return Ok(Some(Answer::Thrown(Box::new(read_thrown(environment, value)))));
    }
    // Reading may run code of the program, with all that belongs to it.
    let mut answer = None;
    environment.callback_scope(CallbackContext::NONE, || {
        answer = Some(match read(environment, value, "value") {
            Ok(datum) => Answer::Value(datum),
            Err(ReadError::Uncrossable(error)) => Answer::Uncrossable(error),
            Err(ReadError::Js(error)) => match env.error_value(error) {
                Some(thrown) => Answer::Thrown(Box::new(read_thrown(environment, thrown))),
                None => return Ok(()),
            },
        });
        Ok(())
    });
    Ok(answer)
}

impl UnderWay {
    /// Whether nothing is.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.borrow().is_empty()
    }

    /// Takes a request off the list; whether it was on it.
    fn forget(&self, environment: &Rc<Environment>, ticket: u64) -> bool {
        let position = self.slots.borrow().iter().position(|(known, _)| *known == ticket);
        let Some(position) = position else { return false };
        let (_, slot) = self.slots.borrow_mut().remove(position);
        environment.env().drop_reference(slot);
        true
    }

    /// A request that could not begin stays on the list with no slot: what ends the session answers it.
    fn failed(&self, ticket: u64) {
        self.slots.borrow_mut().push((ticket, Reference(edge_napi::types::napi_ref::NULL)));
    }

    /// All tickets, taken off.
    pub(super) fn take_all(&self, environment: &Rc<Environment>) -> Vec<u64> {
        let slots = std::mem::take(&mut *self.slots.borrow_mut());
        slots
            .into_iter()
            .map(|(ticket, slot)| {
                environment.env().drop_reference(slot);
                ticket
            })
            .collect()
    }
}

impl From<Uncrossable> for Answer {
    fn from(error: Uncrossable) -> Self {
        Self::Uncrossable(error)
    }
}

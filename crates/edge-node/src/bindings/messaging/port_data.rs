//! The ends of channels: queues of messages, and who is entangled with whom. No JavaScript.

use super::message::Message;
use edge_loop::AsyncSender;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::{Rc, Weak};

/// What waits in a queue.
pub enum Incoming {
    /// A message.
    Message(Rc<Message>),
    /// The other end is closed.
    Close,
}

/// Ends that hear each other: two for a channel, any number for a broadcast channel.
pub struct Group {
    /// A broadcast channel outlives single members, a channel does not.
    named: bool,
    members: RefCell<Vec<Weak<PortData>>>,
}

/// One end.
#[derive(Default)]
pub struct PortData {
    incoming: RefCell<VecDeque<Incoming>>,
    group: RefCell<Option<Rc<Group>>>,
    /// Wakes the port that this end belongs to; `None` in transit.
    waker: RefCell<Option<AsyncSender>>,
    closed: Cell<bool>,
}

/// What became of a message.
pub enum Dispatch {
    /// It was queued somewhere, or there was nobody to hear it.
    Done(bool),
    /// It was not; a warning for the program.
    Warning(&'static str),
}

impl PortData {
    /// Two entangled ends.
    pub fn pair() -> (Rc<Self>, Rc<Self>) {
        let group = Rc::new(Group { named: false, members: RefCell::default() });
        (group.join(), group.join())
    }

    /// Puts something in the queue and wakes the port.
    fn push(&self, incoming: Incoming) {
        self.incoming.borrow_mut().push_back(incoming);
        self.wake();
    }

    /// Has the port look at its queue.
    pub fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.send();
        }
    }

    /// Ties the end to a port, or to none.
    pub fn set_waker(&self, waker: Option<AsyncSender>) {
        *self.waker.borrow_mut() = waker;
    }

    /// How much waits.
    pub fn waiting(&self) -> usize {
        self.incoming.borrow().len()
    }

    /// The next thing in the queue; messages only when they are wanted.
    pub fn take(&self, wants_messages: bool) -> Option<Incoming> {
        let mut incoming = self.incoming.borrow_mut();
        match incoming.front()? {
            Incoming::Message(_) if !wants_messages => None,
            _ => incoming.pop_front(),
        }
    }

    /// Sends a message to the others.
    pub fn dispatch(self: &Rc<Self>, message: &Rc<Message>) -> Dispatch {
        let group = self.group.borrow().clone();
        let Some(group) = group else { return Dispatch::Done(false) };
        let others: Vec<Rc<Self>> = group.members().into_iter().filter(|member| !Rc::ptr_eq(member, self)).collect();
        if others.is_empty() {
            return Dispatch::Done(false);
        }
        if others.len() > 1 && message.has_transferables() {
            return Dispatch::Warning("Transferables cannot be used with multiple destinations.");
        }
        for other in others {
            if message.carries(&other) {
                return Dispatch::Warning("The target port was posted to itself, and the communication channel was lost");
            }
            other.push(Incoming::Message(message.clone()));
        }
        Dispatch::Done(true)
    }

    /// Leaves the group. The other end of a channel is told to close.
    pub fn disentangle(&self) {
        if self.closed.replace(true) {
            return;
        }
        let Some(group) = self.group.borrow_mut().take() else { return };
        group.members.borrow_mut().retain(|member| member.strong_count() > 0 && !std::ptr::eq(member.as_ptr(), self));
        if !group.named {
            for other in group.members() {
                other.push(Incoming::Close);
            }
        }
    }
}

impl Drop for PortData {
    fn drop(&mut self) {
        self.disentangle();
    }
}

impl Group {
    fn join(self: &Rc<Self>) -> Rc<PortData> {
        let data = Rc::new(PortData::default());
        *data.group.borrow_mut() = Some(self.clone());
        self.members.borrow_mut().push(Rc::downgrade(&data));
        data
    }

    fn members(&self) -> Vec<Rc<PortData>> {
        self.members.borrow().iter().filter_map(Weak::upgrade).collect()
    }
}

/// Broadcast channels by name.
#[derive(Default)]
pub struct Broadcasts(RefCell<HashMap<String, Weak<Group>>>);

impl Broadcasts {
    /// A new member of the channel of that name.
    pub fn join(&self, name: &str) -> Rc<PortData> {
        let mut groups = self.0.borrow_mut();
        groups.retain(|_, group| group.strong_count() > 0);
        let group = groups.get(name).and_then(Weak::upgrade).unwrap_or_else(|| {
            let group = Rc::new(Group { named: true, members: RefCell::default() });
            groups.insert(name.to_owned(), Rc::downgrade(&group));
            group
        });
        group.join()
    }
}

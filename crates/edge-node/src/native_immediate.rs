//! Native immediates (Node's `Environment::SetImmediate`): work for the loop's check phase, before the library's own immediates.
//!
//! One that was set keeps the loop going until it ran. Those that are set while they run have their turn in the next one.

use crate::Environment;
use edge_loop::Idle;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

type Work = Box<dyn FnOnce(&Rc<Environment>)>;

#[derive(Default)]
struct NativeImmediates {
    queue: RefCell<Vec<Work>>,
    /// Keeps the loop from waiting while there is one.
    idle: OnceCell<Idle>,
}

impl Environment {
    /// Runs `work` in the next check phase, in a handle scope and a callback scope; never when the environment ends before.
    pub fn set_immediate(self: &Rc<Self>, work: impl FnOnce(&Rc<Self>) + 'static) {
        crate::bindings::ensure_check(self);
        let immediates = self.state::<NativeImmediates>();
        immediates.idle.get_or_init(|| Idle::new(self.uv())).start(|| {});
        immediates.queue.borrow_mut().push(Box::new(work));
    }

    /// The check phase's part of it; called in a callback scope.
    pub(crate) fn run_native_immediates(self: &Rc<Self>) {
        let immediates = self.state::<NativeImmediates>();
        let Some(idle) = immediates.idle.get() else { return };
        let queue = immediates.queue.take();
        for work in queue {
            let Ok(_scope) = self.env().scope() else { return };
            work(self);
        }
        if immediates.queue.borrow().is_empty() {
            idle.stop();
        }
    }
}

//! How deep values may nest: until one walk, with all that it calls, has taken [`LIMIT`] bytes of this thread's stack.
//!
//! A walk may run JavaScript that starts another; all of them share the bound, which is measured from the outermost.

use crate::Environment;
use edge_napi::{Error, Result};
use std::cell::Cell;
use std::rc::Rc;

/// Bytes of stack.
const LIMIT: usize = 1 << 20;

#[derive(Default)]
struct Walks {
    /// The stack's place when the outermost walk began; 0 without one.
    base: Cell<usize>,
}

/// Held as long as a walk is under way.
pub struct Depth {
    walks: Rc<Walks>,
    base: usize,
    outermost: bool,
}

/// About where the stack ends now.
#[inline(never)]
fn stack_place() -> usize {
    let marker = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&marker)).addr()
}

impl Depth {
    /// Begins a walk.
    pub fn begin(environment: &Environment) -> Self {
        let walks = environment.state::<Walks>();
        let outermost = walks.base.get() == 0;
        if outermost {
            walks.base.set(stack_place());
        }
        let base = walks.base.get();
        Self { walks, base, outermost }
    }
    /// # Errors
    /// `RangeError` when the nesting is too deep.
    pub fn check(&self) -> Result<()> {
        if self.base.abs_diff(stack_place()) > LIMIT {
            return Err(Error::range_error("", "Maximum call stack size exceeded"));
        }
        Ok(())
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        if self.outermost {
            self.walks.base.set(0);
        }
    }
}

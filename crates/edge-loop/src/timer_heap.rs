//! The started timers, the nearest first.
//!
//! A binary heap whose entries know their place (`TimerState::place`), so that stopping is O(log n) and a restart
//! moves one entry within storage that is already there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::timer::TimerState;

/// Not in the heap.
pub(crate) const NOWHERE: usize = usize::MAX;

#[derive(Default)]
pub(crate) struct TimerHeap {
    heap: RefCell<Vec<Rc<TimerState>>>,
    next_start_id: Cell<u64>,
    /// Timers that are due and wait for their call in the running timer phase; spent storage is kept.
    pub(crate) ready: RefCell<Vec<Rc<TimerState>>>,
}

fn before(a: &TimerState, b: &TimerState) -> bool {
    (a.due.get(), a.start_id.get()) < (b.due.get(), b.start_id.get())
}

fn swap(heap: &mut [Rc<TimerState>], a: usize, b: usize) {
    heap.swap(a, b);
    heap[a].place.set(a);
    heap[b].place.set(b);
}

fn sift_up(heap: &mut [Rc<TimerState>], mut at: usize) {
    while at > 0 {
        let parent = (at - 1) / 2;
        if !before(&heap[at], &heap[parent]) {
            break;
        }
        swap(heap, at, parent);
        at = parent;
    }
}

fn sift_down(heap: &mut [Rc<TimerState>], mut at: usize) {
    loop {
        let mut least = at;
        for child in [2 * at + 1, 2 * at + 2] {
            if child < heap.len() && before(&heap[child], &heap[least]) {
                least = child;
            }
        }
        if least == at {
            break;
        }
        swap(heap, at, least);
        at = least;
    }
}

impl TimerHeap {
    /// Puts a timer that is in no place in, with the next start id.
    pub(crate) fn insert(&self, timer: &Rc<TimerState>, due: u64) {
        let start_id = self.next_start_id.get();
        self.next_start_id.set(start_id + 1);
        timer.due.set(due);
        timer.start_id.set(start_id);
        let mut heap = self.heap.borrow_mut();
        let at = heap.len();
        timer.place.set(at);
        heap.push(timer.clone());
        sift_up(&mut heap, at);
    }

    /// Takes a timer out, if it is in.
    pub(crate) fn remove(&self, timer: &TimerState) {
        let at = timer.place.replace(NOWHERE);
        if at == NOWHERE {
            return;
        }
        let mut heap = self.heap.borrow_mut();
        let last = heap.len() - 1;
        if at != last {
            swap(&mut heap, at, last);
        }
        let removed = heap.pop();
        timer.place.set(NOWHERE);
        if at != last {
            sift_down(&mut heap, at);
            sift_up(&mut heap, at);
        }
        drop(heap);
        drop(removed);
    }

    pub(crate) fn next_due(&self) -> Option<u64> {
        self.heap.borrow().first().map(|timer| timer.due.get())
    }

    /// Takes the first timer out if it is due.
    pub(crate) fn pop_due(&self, now: u64) -> Option<Rc<TimerState>> {
        let first = self.heap.borrow().first().filter(|timer| timer.due.get() <= now).cloned()?;
        self.remove(&first);
        Some(first)
    }
}

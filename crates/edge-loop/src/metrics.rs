//! What a loop counts about itself (`uv_metrics_t`, `uv_metrics_idle_time`).

use std::cell::Cell;

/// Figures since the loop was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Metrics {
    /// Nanoseconds spent blocked in the poll phase.
    pub idle_time_ns: u64,
    /// Turns.
    pub loop_count: u64,
    /// Events handled.
    pub events: u64,
    /// Events that were there before the poll phase had to wait.
    pub events_waiting: u64,
    /// Monotonic ns when `run` was first called; 0 before.
    pub loop_start_ns: u64,
}

#[derive(Default)]
pub(crate) struct MetricsCells(Cell<Metrics>);

impl MetricsCells {
    pub(crate) fn read(&self) -> Metrics {
        self.0.get()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Metrics)) {
        let mut metrics = self.0.get();
        change(&mut metrics);
        self.0.set(metrics);
    }
}

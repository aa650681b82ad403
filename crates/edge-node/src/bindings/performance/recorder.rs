//! [`Recorder`]: an HDR histogram with the figures that Node reports of it. Percentiles, mean and deviation are computed as
//! HdrHistogram's C library does, whose results programs see in Node.

use hdrhistogram::Histogram;

/// An HDR histogram, the count of values that did not fit, and the time of the last delta.
#[derive(Clone)]
pub struct Recorder {
    counts: Histogram<u64>,
    exceeds: u64,
    previous_ns: u64,
}

impl Recorder {
    /// Values `lowest..=highest` with `figures` significant decimal digits.
    pub fn new(lowest: u64, highest: u64, figures: u8) -> Result<Self, String> {
        let mut counts = Histogram::new_with_bounds(lowest, highest, figures).map_err(|error| error.to_string())?;
        counts.auto(false);
        Ok(Self { counts, exceeds: 0, previous_ns: 0 })
    }
    /// Counts a value.
    pub fn record(&mut self, value: u64) {
        if self.counts.record(value).is_err() {
            self.exceeds += 1;
        }
    }
    /// Counts the nanoseconds since the last call; the first one only starts the clock.
    pub fn record_delta(&mut self, now_ns: u64) {
        if self.previous_ns > 0 {
            self.record(now_ns.saturating_sub(self.previous_ns));
        }
        self.previous_ns = now_ns;
    }
    /// Forgets everything.
    pub fn reset(&mut self) {
        self.counts.reset();
        self.exceeds = 0;
        self.previous_ns = 0;
    }
    /// Adds another histogram's counts; what does not fit is dropped.
    pub fn add(&mut self, other: &Self) {
        for entry in other.counts.iter_recorded() {
            // Out of range: dropped, as in the C library.
            let _ = self.counts.record_n(entry.value_iterated_to(), entry.count_at_value());
        }
        self.exceeds += other.exceeds;
        self.previous_ns = self.previous_ns.max(other.previous_ns);
    }
    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.counts.len()
    }
    /// How many values did not fit.
    pub const fn exceeds(&self) -> u64 {
        self.exceeds
    }
    /// The smallest value; the largest `i64` when there is none.
    pub fn min(&self) -> u64 {
        if self.counts.is_empty() { i64::MAX as u64 } else { self.counts.min() }
    }
    /// The largest value; 0 when there is none.
    pub fn max(&self) -> u64 {
        if self.counts.is_empty() { 0 } else { self.counts.max() }
    }
    /// The arithmetic mean; NaN when there is no value.
    pub fn mean(&self) -> f64 {
        if self.counts.is_empty() {
            return f64::NAN;
        }
        let sum: f64 = self.entries().map(|(value, count)| self.counts.median_equivalent(value) as f64 * count as f64).sum();
        sum / self.count() as f64
    }
    /// The standard deviation; NaN when there is no value.
    pub fn stddev(&self) -> f64 {
        if self.counts.is_empty() {
            return f64::NAN;
        }
        let mean = self.mean();
        let sum: f64 = self
            .entries()
            .map(|(value, count)| {
                let deviation = self.counts.median_equivalent(value) as f64 - mean;
                deviation * deviation * count as f64
            })
            .sum();
        (sum / self.count() as f64).sqrt()
    }
    /// The value at a percentile (0 to 100); 0 when there is none.
    pub fn percentile(&self, percentile: f64) -> u64 {
        let wanted = (percentile.min(100.0) / 100.0).mul_add(self.count() as f64, 0.5) as u64;
        let wanted = wanted.max(1);
        let mut seen = 0;
        for (value, count) in self.entries() {
            seen += count;
            if seen >= wanted {
                return self.counts.highest_equivalent(value);
            }
        }
        0
    }
    /// Percentiles with their values: from 0, each step half as far from 100 as the last, then 100.
    pub fn percentiles(&self) -> Vec<(f64, u64)> {
        let total = self.count();
        let mut result = Vec::new();
        let (mut seen, mut last, mut next) = (0, 0, 0.0_f64);
        for (value, count) in self.entries() {
            seen += count;
            last = self.counts.lowest_equivalent(value);
            let reached = 100.0 * seen as f64 / total as f64;
            while next <= reached {
                result.push((next, last));
                let half_distance = ((100.0 / (100.0 - next)).log2() as i32 + 1).min(1000);
                next += 100.0 / 2.0_f64.powi(half_distance);
                // The last value is reported once here and then as 100.
                if seen == total {
                    break;
                }
            }
        }
        result.push((100.0, last));
        result
    }
    fn entries(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.counts.iter_recorded().map(|entry| (entry.value_iterated_to(), entry.count_at_value()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty() {
        let histogram = Recorder::new(1, 1 << 53, 3).unwrap();
        assert_eq!((histogram.min(), histogram.max(), histogram.count(), histogram.percentile(50.0)), (i64::MAX as u64, 0, 0, 0));
        assert!(histogram.mean().is_nan() && histogram.stddev().is_nan());
        assert_eq!(histogram.percentiles(), [(100.0, 0)]);
    }

    #[test]
    fn one_value() {
        let mut histogram = Recorder::new(1, 11, 1).unwrap();
        histogram.record(5);
        assert_eq!((histogram.min(), histogram.max(), histogram.mean(), histogram.stddev()), (5, 5, 5.0, 0.0));
        assert_eq!(histogram.percentiles(), [(0.0, 5), (100.0, 5)]);
    }

    #[test]
    fn too_large() {
        let mut histogram = Recorder::new(1, 11, 1).unwrap();
        histogram.record(1_000_000);
        assert_eq!((histogram.count(), histogram.exceeds()), (0, 1));
    }
}

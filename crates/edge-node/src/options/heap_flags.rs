//! V8's flags about the size of the heap: the ones that mean something to another engine too.

/// V8's flags about the size of the heap, in MiB. 0 is V8's word for its own choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HeapFlags {
    /// `--max-old-space-size`: without what V8 adds for young objects.
    pub old_space: Option<u64>,
    /// `--max-heap-size`: all of it.
    pub all: Option<u64>,
}

impl HeapFlags {
    /// Notes those among the words that were given to V8, whose values have been checked; the last of a kind counts.
    pub(super) fn take(&mut self, for_v8: &[String]) {
        for word in for_v8 {
            let Some((name, value)) = word.split_once('=') else { continue };
            let place = match name.replace('_', "-").as_str() {
                "--max-old-space-size" => &mut self.old_space,
                "--max-heap-size" => &mut self.all,
                _ => continue,
            };
            *place = value.parse().ok().filter(|&mib| mib != 0);
        }
    }
}

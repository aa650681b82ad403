//! How large an environment's heap may get.

use crate::Options;
use edge_wasix::Kernel;

const MIB: u64 = 1 << 20;
/// The most that the engine's linear memory can have.
const MOST: u64 = 4 << 30;
/// What a heap gets on the smallest machine.
const LEAST: u64 = 512 * MIB;
/// What `--max-old-space-size` leaves out: V8's young objects, here the library in the image and the engine's stack.
const BESIDE_OLD_SPACE: u64 = 64 * MIB;

/// Bytes of linear memory that an environment may have, array buffers included: what `--max-heap-size`, `--max-old-space-size` or
/// `--max-old-space-size-percentage` say, else half of the machine's memory, at most 4 GiB (V8 takes half up to 4 GiB as well).
#[must_use]
pub fn heap_limit(kernel: &Kernel, cli: &Options) -> u64 {
    let of_machine = |percent: u64| (kernel.total_memory() / 100).saturating_mul(percent);
    let limit = if let Some(mib) = cli.heap.all {
        mib.saturating_mul(MIB).max(BESIDE_OLD_SPACE / 2)
    } else if let Some(mib) = cli.heap.old_space {
        mib.saturating_mul(MIB).saturating_add(BESIDE_OLD_SPACE)
    } else if let Ok(percent @ 1..=100) = cli.text("--max-old-space-size-percentage").parse() {
        of_machine(percent).saturating_add(BESIDE_OLD_SPACE)
    } else {
        match of_machine(50) {
            // Without a look at the machine.
            0 => MOST,
            half => half.max(LEAST),
        }
    };
    limit.min(MOST)
}

#[cfg(test)]
mod tests {
    use super::{BESIDE_OLD_SPACE, MIB, heap_limit};
    use crate::Options;
    use edge_wasix::{Kernel, MemoryFs};

    fn limit_of(args: &[&str]) -> u64 {
        let kernel = Kernel::builder().mount("/", MemoryFs::new()).build().unwrap();
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        heap_limit(&kernel, &Options::parse(None, &args).unwrap())
    }

    #[test]
    fn flags_say_how_much() {
        assert_eq!(limit_of(&["--max-old-space-size=64", "x.js"]), 64 * MIB + BESIDE_OLD_SPACE);
        assert_eq!(limit_of(&["--max_old_space_size=100000"]), 4 << 30);
        assert_eq!(limit_of(&["--max-heap-size=128"]), 128 * MIB);
        assert_eq!(limit_of(&["--max-old-space-size=0"]), 4 << 30);
        assert_eq!(limit_of(&[]), 4 << 30);
    }
}

//! An open memory file against an open host file: the same calls, the same answers.

mod support;

use edge_wasix::fs::constants::*;
use edge_wasix::{Kernel, MemoryFs, Policy, Result};
use proptest::prelude::*;
use support::TempTree;

#[derive(Clone, Debug)]
enum Call {
    Read { len: usize, offset: Option<u64> },
    Write { len: usize, offset: Option<u64> },
    Seek { offset: i64, whence: i32 },
    Truncate(i64),
    Reopen(i32),
}

fn offset() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![Just(None), (0..300u64).prop_map(Some), Just(Some(0))]
}

fn call() -> impl Strategy<Value = Call> {
    let flags = prop::sample::select(vec![
        O_RDONLY,
        O_WRONLY,
        O_RDWR,
        O_RDWR | O_APPEND,
        O_RDWR | O_TRUNC,
        O_WRONLY | O_CREAT | O_APPEND,
        O_RDONLY | O_CREAT | O_EXCL,
    ]);
    prop_oneof![
        3 => (0..64usize, offset()).prop_map(|(len, offset)| Call::Read { len, offset }),
        3 => (0..64usize, offset()).prop_map(|(len, offset)| Call::Write { len, offset }),
        2 => (-40..200i64, -1..4i32).prop_map(|(offset, whence)| Call::Seek { offset, whence }),
        1 => (-3..300i64).prop_map(Call::Truncate),
        1 => flags.prop_map(Call::Reopen),
    ]
}

/// Runs a call; the answer with what was read.
fn run(k: &Kernel, path: &[u8], fd: &mut i32, call: &Call, seed: u8) -> Result<(u64, Vec<u8>)> {
    match *call {
        Call::Read { len, offset } => {
            let mut buf = vec![0; len];
            let n = k.read(*fd, &mut buf, offset)?;
            buf.truncate(n);
            Ok((n as u64, buf))
        }
        Call::Write { len, offset } => Ok((k.write(*fd, &vec![seed; len], offset)? as u64, Vec::new())),
        Call::Seek { offset, whence } => {
            // Linux has more kinds of seeking (holes); we do not.
            if !(0..=2).contains(&whence) {
                return Err(edge_wasix::Errno::EINVAL);
            }
            Ok((k.seek(*fd, offset, whence)?, Vec::new()))
        }
        Call::Truncate(len) => k.ftruncate(*fd, len).map(|()| (0, Vec::new())),
        Call::Reopen(flags) => {
            let new = k.open(path, flags, 0o666)?;
            k.close(*fd)?;
            *fd = new;
            Ok((0, Vec::new()))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_files_behave_like_the_hosts(calls in prop::collection::vec(call(), 1..40)) {
        let temp = TempTree::new();
        let host = Kernel::builder().policy(Policy::open()).build().unwrap();
        let memory = Kernel::builder().mount("/", MemoryFs::new()).build().unwrap();
        let host_path = temp.join("f").into_os_string().into_encoded_bytes();
        let mut host_fd = host.open(&host_path, O_RDWR | O_CREAT, 0o666).unwrap();
        let mut memory_fd = memory.open(b"/f", O_RDWR | O_CREAT, 0o666).unwrap();
        for (seed, call) in calls.iter().enumerate() {
            let a = run(&host, &host_path, &mut host_fd, call, seed as u8);
            let b = run(&memory, b"/f", &mut memory_fd, call, seed as u8);
            prop_assert_eq!(a, b, "{:?}", call);
            prop_assert_eq!(host.fstat(host_fd).unwrap().size, memory.fstat(memory_fd).unwrap().size);
        }
        prop_assert_eq!(host.read_file(&host_path, 1 << 20), memory.read_file(b"/f", 1 << 20));
    }
}

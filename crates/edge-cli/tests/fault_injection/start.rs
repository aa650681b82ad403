//! A session's own start with each of its system calls failing: it starts all the same, or says why it did not.

use super::runs::{Program, host_fds, on_thread, settled_host_fds};
use edge_node::{Answer, Datum};
use edge_wasix::Errno;
use edge_wasix::faults::{Call, Fault, Faults};

#[test]
fn a_start_that_fails_says_why() {
    on_thread(|| {
        drop(Program::start(256 << 20).unwrap());
        let before = host_fds();
        let calls = [(Call::Open, Errno::EMFILE), (Call::Read, Errno::EIO), (Call::Stat, Errno::EIO), (Call::Duplicate, Errno::EMFILE)];
        let more = [(Call::Watch, Errno::ENOMEM), (Call::Thread, Errno::EAGAIN), (Call::Grow, Errno::ENOMEM), (Call::Write, Errno::EIO)];
        for (call, errno) in calls.into_iter().chain(more) {
            for nth in 0.. {
                let faults = Faults::set(call, Fault::Error(errno), nth, 1);
                let started = Program::start(256 << 20);
                let calls = faults.end();
                match &started {
                    Ok(program) => {
                        let answer = program.eval("6 * 7");
                        assert!(answer == Answer::Value(Datum::Number(42.0)), "{call:?} at {nth}: {answer:?}");
                    }
                    Err(why) => assert!(!why.is_empty() && calls > nth, "{call:?} at {nth}: {why}"),
                }
                println!("{call:?} at {nth} of {calls}: {:?}", started.as_ref().err());
                drop(started);
                assert!(settled_host_fds(before) <= before, "{call:?} at {nth}");
                if calls <= nth {
                    break;
                }
            }
        }
    });
}

//! Fatal exceptions and errors.

use crate::host::{FORGED, last_error, script, text, with_environment};
use crate::node;
use edge_napi::types::NAPI_AUTO_LENGTH;
use edge_napi::types::napi_status::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn a_fatal_exception_is_an_uncaught_one() {
    with_environment(|environment| {
        let env = environment.env();
        script(environment, "process.once('uncaughtException', (error) => { globalThis.seen = error })").unwrap();
        let error = env.string("any value").unwrap();
        assert_eq!(node!(napi_fatal_exception(env.raw(), error.0)), napi_ok);
        assert_eq!(text(environment, "seen"), "any value");
        for forged in FORGED {
            assert_eq!(node!(napi_fatal_exception(env.raw(), forged)), napi_invalid_arg);
        }
        let _ = env.throw(error);
        assert_eq!(node!(napi_fatal_exception(env.raw(), error.0)), napi_pending_exception);
        assert_eq!(last_error(env), napi_pending_exception);
        env.take_exception().unwrap();
        // Nobody listens now: the program ends.
        assert_eq!(node!(napi_fatal_exception(env.raw(), error.0)), napi_ok);
        assert_eq!(environment.exit_code(), Some(1));
    });
}

#[test]
fn a_fatal_error_ends_the_program_and_not_the_host() {
    with_environment(|environment| {
        let unwound =
            catch_unwind(AssertUnwindSafe(|| node!(napi_fatal_error(c"here".as_ptr(), NAPI_AUTO_LENGTH, b"why not".as_ptr().cast(), 3))));
        let Err(payload) = unwound;
        assert_eq!(payload.downcast_ref::<String>().unwrap(), "FATAL ERROR: here why\n");
        assert_eq!(environment.exit_code(), Some(134));
    });
}

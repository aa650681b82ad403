//! `internalBinding('fs')`: every file call of Node's `fs`.
//!
//! A call is written once, as an [`Operation`](operation::Operation): its work (kernel calls on owned bytes, errno errors) and what
//! JavaScript gets for its result. The three faces (thrown or returned at once, `FSReqCallback`, promise) follow from the argument in
//! the place of `req`. Only reading and writing have a second, synchronous body, which works on the program's bytes in place.

mod args;
mod copy_directory;
mod copy_paths;
mod directory;
mod file_handle;
pub mod file_stream;
mod metadata;
mod module_paths;
mod names;
mod open;
mod operation;
mod read;
mod remove;
mod req_callback;
mod stat;
mod stat_watcher;
mod whole_file;
mod write;

pub use args::path;
pub use file_handle::FileHandleTransfer;
pub use operation::Operation;

use crate::{Binding, Target, natives};
use edge_napi::Result;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "fs",
    natives: natives!("fs";
        "access" => metadata::access,
        "existsSync" => metadata::exists_sync,
        "chmod" => metadata::chmod,
        "fchmod" => metadata::fchmod,
        "chown" => metadata::chown,
        "fchown" => metadata::fchown,
        "lchown" => metadata::lchown,
        "utimes" => metadata::utimes,
        "futimes" => metadata::futimes,
        "lutimes" => metadata::lutimes,
        "ftruncate" => metadata::ftruncate,
        "fsync" => metadata::fsync,
        "fdatasync" => metadata::fdatasync,
        "open" => open::open,
        "openFileHandle" => open::open_file_handle,
        "close" => open::close,
        "read" => read::read,
        "readBuffers" => read::read_buffers,
        "readFileUtf8" => whole_file::read_file_utf8,
        "writeFileUtf8" => whole_file::write_file_utf8,
        "writeBuffer" => write::write_buffer,
        "writeBuffers" => write::write_buffers,
        "writeString" => write::write_string,
        "rename" => names::rename,
        "link" => names::link,
        "symlink" => names::symlink,
        "readlink" => names::readlink,
        "unlink" => names::unlink,
        "realpath" => names::realpath,
        "copyFile" => names::copy_file,
        "mkdir" => directory::mkdir,
        "mkdtemp" => directory::mkdtemp,
        "rmdir" => directory::rmdir,
        "readdir" => directory::readdir,
        "rmSync" => remove::rm_sync,
        "stat" => stat::stat,
        "lstat" => stat::lstat,
        "fstat" => stat::fstat,
        "statfs" => stat::statfs,
        "internalModuleStat" => module_paths::internal_module_stat,
        "legacyMainResolve" => module_paths::legacy_main_resolve,
        "getFormatOfExtensionlessFile" => module_paths::get_format_of_extensionless_file,
        "cpSyncCheckPaths" => copy_paths::cp_sync_check_paths,
        "cpSyncOverrideFile" => copy_directory::cp_sync_override_file,
        "cpSyncCopyDir" => copy_directory::cp_sync_copy_dir,
        "FSReqCallback" => req_callback::construct,
        "FileHandle" => file_handle::construct,
        "FileHandle#close" => file_handle::close,
        "FileHandle#releaseFD" => file_handle::release_fd,
        "FileHandle#get fd" => file_handle::get_fd,
        "FileHandle#get bytesRead" => file_stream::get_bytes_read,
        "FileHandle#get bytesWritten" => file_stream::get_bytes_written,
        "FileHandle#get _externalStream" => file_stream::get_external_stream,
        "FileHandle#get onread" => file_stream::get_onread,
        "FileHandle#set onread" => file_stream::set_onread,
        "FileHandle#readStart" => file_stream::read_start,
        "FileHandle#readStop" => file_stream::read_stop,
        "FileHandle#shutdown" => file_stream::shutdown,
        "FileHandle#useUserBuffer" => file_stream::use_user_buffer,
        "FileHandle#writev" => file_stream::not_written,
        "FileHandle#writeBuffer" => file_stream::not_written,
        "FileHandle#writeAsciiString" => file_stream::not_written,
        "FileHandle#writeUtf8String" => file_stream::not_written,
        "FileHandle#writeUcs2String" => file_stream::not_written,
        "FileHandle#writeLatin1String" => file_stream::not_written,
        "StatWatcher" => stat_watcher::construct,
        "StatWatcher#start" => stat_watcher::start,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    stat::init(target)?;
    target.value("kUsePromises", target.environment.symbol("fs_use_promises_symbol")?)?;
    target.async_class("fs.FSReqCallback")?.install(target.object)?;
    file_handle::init(target)?;
    target.handle_class("fs.StatWatcher")?.methods(&["start"])?.install(target.object)?;
    Ok(())
}

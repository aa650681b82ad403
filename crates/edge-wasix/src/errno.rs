//! Errors as Linux `errno` values, with the three faces other rooms need: libuv's name and text (what
//! Node prints), libuv's negative number (what a binding answers), WASI's number (what a guest gets).

use std::fmt;

/// A Linux `errno` value (always positive). Every call of this crate fails with one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(i32);

/// The result of every call of this crate.
pub type Result<T, E = Errno> = std::result::Result<T, E>;

/// One line of the error table.
struct Row {
    name: &'static str,
    errno: i32,
    wasi: u16,
    in_uv: bool,
    text: &'static str,
}

macro_rules! errnos {
    ($($name:ident = $errno:literal, $wasi:literal, $uv:literal, $text:literal;)*) => {
        impl Errno {
            $(#[doc = $text] pub const $name: Errno = Errno($errno);)*
        }
        /// Sorted by number, so that a look-up is a binary search.
        const TABLE: &[Row] = &[$(Row { name: stringify!($name), errno: $errno, wasi: $wasi, in_uv: $uv, text: $text },)*];
    };
}

// name = Linux number, WASI number (79 = WASIX "unknown"), known to libuv, text.
errnos! {
    EPERM = 1, 63, true, "operation not permitted";
    ENOENT = 2, 44, true, "no such file or directory";
    ESRCH = 3, 71, true, "no such process";
    EINTR = 4, 27, true, "interrupted system call";
    EIO = 5, 29, true, "i/o error";
    ENXIO = 6, 60, true, "no such device or address";
    E2BIG = 7, 1, true, "argument list too long";
    ENOEXEC = 8, 45, true, "exec format error";
    EBADF = 9, 8, true, "bad file descriptor";
    ECHILD = 10, 12, false, "no child processes";
    EAGAIN = 11, 6, true, "resource temporarily unavailable";
    ENOMEM = 12, 48, true, "not enough memory";
    EACCES = 13, 2, true, "permission denied";
    EFAULT = 14, 21, true, "bad address in system call argument";
    ENOTBLK = 15, 79, false, "block device required";
    EBUSY = 16, 10, true, "resource busy or locked";
    EEXIST = 17, 20, true, "file already exists";
    EXDEV = 18, 75, true, "cross-device link not permitted";
    ENODEV = 19, 43, true, "no such device";
    ENOTDIR = 20, 54, true, "not a directory";
    EISDIR = 21, 31, true, "illegal operation on a directory";
    EINVAL = 22, 28, true, "invalid argument";
    ENFILE = 23, 41, true, "file table overflow";
    EMFILE = 24, 33, true, "too many open files";
    ENOTTY = 25, 59, true, "inappropriate ioctl for device";
    ETXTBSY = 26, 74, true, "text file is busy";
    EFBIG = 27, 22, true, "file too large";
    ENOSPC = 28, 51, true, "no space left on device";
    ESPIPE = 29, 70, true, "invalid seek";
    EROFS = 30, 69, true, "read-only file system";
    EMLINK = 31, 34, true, "too many links";
    EPIPE = 32, 64, true, "broken pipe";
    EDOM = 33, 18, false, "numerical argument out of domain";
    ERANGE = 34, 68, true, "result too large";
    ENAMETOOLONG = 36, 37, true, "name too long";
    ENOLCK = 37, 46, false, "no locks available";
    ENOSYS = 38, 52, true, "function not implemented";
    ENOTEMPTY = 39, 55, true, "directory not empty";
    ELOOP = 40, 32, true, "too many symbolic links encountered";
    ENOMSG = 42, 49, false, "no message of the desired type";
    EIDRM = 43, 24, false, "identifier removed";
    EUNATCH = 49, 79, true, "protocol driver not attached";
    ENOSTR = 60, 79, false, "device is not a stream";
    ENODATA = 61, 79, true, "no data available";
    ETIME = 62, 79, false, "stream timeout";
    ENOSR = 63, 79, false, "out of stream resources";
    ENONET = 64, 79, true, "machine is not on the network";
    ENOLINK = 67, 47, false, "link has been severed";
    EPROTO = 71, 65, true, "protocol error";
    EMULTIHOP = 72, 36, false, "multihop attempted";
    EBADMSG = 74, 9, false, "not a data message";
    EOVERFLOW = 75, 61, true, "value too large for defined data type";
    EILSEQ = 84, 25, true, "illegal byte sequence";
    ENOTSOCK = 88, 57, true, "socket operation on non-socket";
    EDESTADDRREQ = 89, 17, true, "destination address required";
    EMSGSIZE = 90, 35, true, "message too long";
    EPROTOTYPE = 91, 67, true, "protocol wrong type for socket";
    ENOPROTOOPT = 92, 50, true, "protocol not available";
    EPROTONOSUPPORT = 93, 66, true, "protocol not supported";
    ESOCKTNOSUPPORT = 94, 79, true, "socket type not supported";
    ENOTSUP = 95, 58, true, "operation not supported on socket";
    EAFNOSUPPORT = 97, 5, true, "address family not supported";
    EADDRINUSE = 98, 3, true, "address already in use";
    EADDRNOTAVAIL = 99, 4, true, "address not available";
    ENETDOWN = 100, 38, true, "network is down";
    ENETUNREACH = 101, 40, true, "network is unreachable";
    ENETRESET = 102, 39, false, "network dropped connection because of reset";
    ECONNABORTED = 103, 13, true, "software caused connection abort";
    ECONNRESET = 104, 15, true, "connection reset by peer";
    ENOBUFS = 105, 42, true, "no buffer space available";
    EISCONN = 106, 30, true, "socket is already connected";
    ENOTCONN = 107, 53, true, "socket is not connected";
    ESHUTDOWN = 108, 77, true, "cannot send after transport endpoint shutdown";
    ETIMEDOUT = 110, 73, true, "connection timed out";
    ECONNREFUSED = 111, 14, true, "connection refused";
    EHOSTDOWN = 112, 79, true, "host is down";
    EHOSTUNREACH = 113, 23, true, "host is unreachable";
    EALREADY = 114, 7, true, "connection already in progress";
    EINPROGRESS = 115, 26, false, "operation in progress";
    ESTALE = 116, 72, false, "stale file handle";
    EREMOTEIO = 121, 79, true, "remote I/O error";
    EDQUOT = 122, 19, false, "disk quota exceeded";
    ECANCELED = 125, 11, true, "operation canceled";
    EOWNERDEAD = 130, 62, false, "previous owner died";
    ENOTRECOVERABLE = 131, 56, false, "state not recoverable";
}

/// libuv's errors that are no errno of Linux: number (negative, as libuv and Node show it), name, text.
const UV_ONLY: &[(i32, &str, &str)] = &[
    (-3000, "EAI_ADDRFAMILY", "address family not supported"),
    (-3001, "EAI_AGAIN", "temporary failure"),
    (-3002, "EAI_BADFLAGS", "bad ai_flags value"),
    (-3013, "EAI_BADHINTS", "invalid value for hints"),
    (-3003, "EAI_CANCELED", "request canceled"),
    (-3004, "EAI_FAIL", "permanent failure"),
    (-3005, "EAI_FAMILY", "ai_family not supported"),
    (-3006, "EAI_MEMORY", "out of memory"),
    (-3007, "EAI_NODATA", "no address"),
    (-3008, "EAI_NONAME", "unknown node or service"),
    (-3009, "EAI_OVERFLOW", "argument buffer overflow"),
    (-3014, "EAI_PROTOCOL", "resolved protocol is unknown"),
    (-3010, "EAI_SERVICE", "service not available for socket type"),
    (-3011, "EAI_SOCKTYPE", "socket type not supported"),
    (-4080, "ECHARSET", "invalid Unicode character"),
    (-4094, "UNKNOWN", "unknown error"),
    (-4095, "EOF", "end of file"),
    (-4028, "EFTYPE", "inappropriate file type or format"),
];

/// libuv's `UV_EOF`, as a negative number.
pub const UV_EOF: i32 = -4095;

impl Errno {
    /// An errno from its Linux number. Zero, negative and absurd numbers become `EIO`, so that a value
    /// read from outside can never be mistaken for success.
    pub const fn from_raw(errno: i32) -> Errno {
        if errno > 0 && errno < 4096 { Errno(errno) } else { Errno::EIO }
    }

    /// The Linux number, positive.
    pub const fn raw(self) -> i32 {
        self.0
    }

    /// What libuv returns and Node's bindings hand to JavaScript: the negated Linux number.
    pub const fn uv(self) -> i32 {
        -self.0
    }

    /// The symbolic name, such as `ENOENT`; `"UNKNOWN"` for a number without one.
    pub fn name(self) -> &'static str {
        self.row().map_or("UNKNOWN", |row| row.name)
    }

    /// libuv's text, such as `no such file or directory`.
    pub fn message(self) -> &'static str {
        self.row().map_or("unknown error", |row| row.text)
    }

    /// The WASI (preview1 + WASIX) errno; 79 (`unknown`) where WASI has none.
    pub fn wasi(self) -> u16 {
        self.row().map_or(79, |row| row.wasi)
    }

    fn row(self) -> Option<&'static Row> {
        TABLE.binary_search_by_key(&self.0, |row| row.errno).ok().map(|index| &TABLE[index])
    }

    /// The error of the system call that just failed on this thread.
    pub fn last() -> Errno {
        std::io::Error::last_os_error().into()
    }
}

/// libuv's whole error map, as `uv.getErrorMap()` shows it: (negative number, name, text).
pub fn uv_error_map() -> impl Iterator<Item = (i32, &'static str, &'static str)> {
    TABLE.iter().filter(|row| row.in_uv).map(|row| (-row.errno, row.name, row.text)).chain(UV_ONLY.iter().copied())
}

/// Name and text of a libuv error number (negative), or `None` where libuv says "Unknown system error".
pub fn uv_error(number: i32) -> Option<(&'static str, &'static str)> {
    uv_error_map().find(|entry| entry.0 == number).map(|entry| (entry.1, entry.2))
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row() {
            Some(row) => f.write_str(row.name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.message())
    }
}

impl std::error::Error for Errno {}

impl From<rustix::io::Errno> for Errno {
    fn from(error: rustix::io::Errno) -> Errno {
        Errno::from_raw(error.raw_os_error())
    }
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Errno {
        Errno::from_raw(error.raw_os_error().unwrap_or(libc::EIO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_named() {
        assert!(TABLE.is_sorted_by_key(|row| row.errno));
        assert_eq!(Errno::ENOENT.name(), "ENOENT");
        assert_eq!(Errno::ENOENT.message(), "no such file or directory");
        assert_eq!(Errno::ENOENT.uv(), -2);
        assert_eq!(Errno::ENOENT.wasi(), 44);
        assert_eq!(Errno::from_raw(0), Errno::EIO);
        assert_eq!(Errno::from_raw(4000).name(), "UNKNOWN");
        assert_eq!(uv_error(-4095), Some(("EOF", "end of file")));
        assert_eq!(uv_error(-35), None);
    }
}

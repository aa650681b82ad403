//! The bytes that begin each kind of value.

macro_rules! tags {
    ($($name:ident = $value:expr;)*) => {$(pub const $name: u8 = $value;)*};
}

tags! {
    VERSION = 0xff;
    PADDING = 0;
    VERIFY_OBJECT_COUNT = b'?';
    THE_HOLE = b'-';
    UNDEFINED = b'_';
    NULL = b'0';
    TRUE = b'T';
    FALSE = b'F';
    INT32 = b'I';
    UINT32 = b'U';
    DOUBLE = b'N';
    BIGINT = b'Z';
    UTF8_STRING = b'S';
    ONE_BYTE_STRING = b'"';
    TWO_BYTE_STRING = b'c';
    OBJECT_REFERENCE = b'^';
    BEGIN_OBJECT = b'o';
    END_OBJECT = b'{';
    BEGIN_SPARSE_ARRAY = b'a';
    END_SPARSE_ARRAY = b'@';
    BEGIN_DENSE_ARRAY = b'A';
    END_DENSE_ARRAY = b'$';
    DATE = b'D';
    TRUE_OBJECT = b'y';
    FALSE_OBJECT = b'x';
    NUMBER_OBJECT = b'n';
    BIGINT_OBJECT = b'z';
    STRING_OBJECT = b's';
    REGEXP = b'R';
    BEGIN_MAP = b';';
    END_MAP = b':';
    BEGIN_SET = b'\'';
    END_SET = b',';
    ARRAY_BUFFER = b'B';
    RESIZABLE_ARRAY_BUFFER = b'~';
    ARRAY_BUFFER_TRANSFER = b't';
    ARRAY_BUFFER_VIEW = b'V';
    SHARED_ARRAY_BUFFER = b'u';
    HOST_OBJECT = b'\\';
    ERROR = b'r';
}

/// Parts of an error.
pub mod error {
    pub const MESSAGE: u8 = b'm';
    pub const CAUSE: u8 = b'c';
    pub const STACK: u8 = b's';
    pub const END: u8 = b'.';
    /// Prototypes other than `Error`'s, by the name of their constructor.
    pub const PROTOTYPES: &[(u8, &str)] = &[
        (b'E', "EvalError"),
        (b'R', "RangeError"),
        (b'F', "ReferenceError"),
        (b'S', "SyntaxError"),
        (b'T', "TypeError"),
        (b'U', "URIError"),
    ];
}

/// Kinds of array buffer views: tag, constructor, bytes per element.
pub const VIEWS: &[(u8, &str, usize)] = &[
    (b'b', "Int8Array", 1),
    (b'B', "Uint8Array", 1),
    (b'C', "Uint8ClampedArray", 1),
    (b'w', "Int16Array", 2),
    (b'W', "Uint16Array", 2),
    (b'd', "Int32Array", 4),
    (b'D', "Uint32Array", 4),
    (b'h', "Float16Array", 2),
    (b'f', "Float32Array", 4),
    (b'F', "Float64Array", 8),
    (b'q', "BigInt64Array", 8),
    (b'Q', "BigUint64Array", 8),
    (b'?', "DataView", 1),
];

/// Bits of a view's flags.
pub mod view {
    /// Its length follows its buffer's.
    pub const LENGTH_TRACKING: u32 = 1;
    /// Its buffer is resizable.
    pub const RESIZABLE_BUFFER: u32 = 2;
}

/// Flags of a regular expression in the order of their bits; `l` is V8's own.
pub const REGEXP_FLAGS: &[char] = &['g', 'i', 'm', 'y', 'u', 's', 'l', 'd', 'v'];

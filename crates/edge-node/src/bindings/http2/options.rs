//! What a session is made with, read off `optionsBuffer`.

use super::state_arrays::OPTIONS;
use crate::Environment;
use edge_napi::Result;
use edge_nghttp2::{Kind, Options};
use std::rc::Rc;

/// Indexes of `optionsBuffer`.
const MAX_DEFLATE_DYNAMIC_TABLE_SIZE: usize = 0;
const MAX_RESERVED_REMOTE_STREAMS: usize = 1;
const MAX_SEND_HEADER_BLOCK_LENGTH: usize = 2;
const PEER_MAX_CONCURRENT_STREAMS: usize = 3;
const PADDING_STRATEGY: usize = 4;
const MAX_HEADER_LIST_PAIRS: usize = 5;
const MAX_OUTSTANDING_PINGS: usize = 6;
const MAX_OUTSTANDING_SETTINGS: usize = 7;
const MAX_SESSION_MEMORY: usize = 8;
const MAX_SETTINGS: usize = 9;
const STREAM_RESET_RATE: usize = 10;
const STREAM_RESET_BURST: usize = 11;
const STRICT_FIELD_WHITESPACE: usize = 12;
const FLAGS: usize = 13;
/// Elements of `optionsBuffer`.
pub const LENGTH: usize = 14;

const MEGABYTE: u64 = 1_000_000;

/// How frames get padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Not at all.
    None,
    /// Up to a multiple of eight bytes, the frame's head included.
    Aligned,
    /// As much as there is room for.
    Max,
}

/// What a session allows its peer and its program.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Header fields of one block.
    pub header_pairs: usize,
    /// Pings without answer.
    pub outstanding_pings: usize,
    /// Settings without answer.
    pub outstanding_settings: usize,
    /// Bytes; existing streams may go beyond it, new ones are refused then.
    pub session_memory: u64,
    /// See there.
    pub padding: Padding,
}

/// Reads the options of a session to come.
pub fn read(environment: &Rc<Environment>, kind: Kind) -> Result<(Options, Limits)> {
    let buffer = environment.aliased::<u32>(OPTIONS)?;
    let flags = buffer.get(FLAGS);
    let get = |index: usize| (flags & (1 << index) != 0).then(|| buffer.get(index));
    let padding = match get(PADDING_STRATEGY) {
        Some(1) => Padding::Aligned,
        Some(2) => Padding::Max,
        _ => Padding::None,
    };
    let mut seed = [0; 8];
    // Without it nghttp2's tables are only easier to fill badly; the limits of a session still hold.
    let _ = environment.kernel().random_fill(&mut seed);
    let options = Options {
        seed: u64::from_ne_bytes(seed),
        max_deflate_dynamic_table_size: get(MAX_DEFLATE_DYNAMIC_TABLE_SIZE),
        max_reserved_remote_streams: get(MAX_RESERVED_REMOTE_STREAMS),
        max_send_header_block_length: get(MAX_SEND_HEADER_BLOCK_LENGTH),
        peer_max_concurrent_streams: Some(get(PEER_MAX_CONCURRENT_STREAMS).unwrap_or(100)),
        max_settings: get(MAX_SETTINGS),
        stream_reset_rate_limit: get(STREAM_RESET_BURST).zip(get(STREAM_RESET_RATE)).map(|(burst, rate)| (burst.into(), rate.into())),
        allow_field_whitespace: get(STRICT_FIELD_WHITESPACE).map(|allow| allow != 0),
        receive_altsvc_and_origin: kind == Kind::Client,
        padding: padding != Padding::None,
    };
    // A request has four pseudo-fields, a response one.
    let least_pairs = if kind == Kind::Server { 4 } else { 1 };
    let limits = Limits {
        header_pairs: get(MAX_HEADER_LIST_PAIRS).unwrap_or(128).max(least_pairs) as usize,
        outstanding_pings: get(MAX_OUTSTANDING_PINGS).unwrap_or(10) as usize,
        outstanding_settings: get(MAX_OUTSTANDING_SETTINGS).unwrap_or(10) as usize,
        session_memory: get(MAX_SESSION_MEMORY).map_or(10 * MEGABYTE, |megabytes| u64::from(megabytes) * MEGABYTE),
        padding,
    };
    Ok((options, limits))
}

impl Padding {
    /// The length of a frame's payload with padding, for `length` bytes with room for `max`.
    pub fn select(self, length: usize, max: usize) -> usize {
        const HEAD: usize = 9;
        match self {
            Self::None => length,
            Self::Max => max,
            Self::Aligned => match (length + HEAD) % 8 {
                0 => length,
                over => max.min(length + (8 - over)),
            },
        }
    }
}

//! Settings.

use libnghttp2_sys as ffi;

/// One setting (RFC 9113, section 6.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its number.
    pub id: u16,
    /// Its value.
    pub value: u32,
}

impl Setting {
    /// `SETTINGS_HEADER_TABLE_SIZE`.
    pub const HEADER_TABLE_SIZE: u16 = 1;
    /// `SETTINGS_ENABLE_PUSH`.
    pub const ENABLE_PUSH: u16 = 2;
    /// `SETTINGS_MAX_CONCURRENT_STREAMS`.
    pub const MAX_CONCURRENT_STREAMS: u16 = 3;
    /// `SETTINGS_INITIAL_WINDOW_SIZE`.
    pub const INITIAL_WINDOW_SIZE: u16 = 4;
    /// `SETTINGS_MAX_FRAME_SIZE`.
    pub const MAX_FRAME_SIZE: u16 = 5;
    /// `SETTINGS_MAX_HEADER_LIST_SIZE`.
    pub const MAX_HEADER_LIST_SIZE: u16 = 6;
    /// `SETTINGS_ENABLE_CONNECT_PROTOCOL`.
    pub const ENABLE_CONNECT_PROTOCOL: u16 = 8;
}

pub(crate) fn to_raw(settings: &[Setting]) -> Vec<ffi::nghttp2_settings_entry> {
    settings.iter().map(|setting| ffi::nghttp2_settings_entry { settings_id: setting.id.into(), value: setting.value }).collect()
}

/// The payload of a SETTINGS frame (`nghttp2_pack_settings_payload2`); `None` when a value is not allowed.
#[must_use]
pub fn pack_settings(settings: &[Setting]) -> Option<Vec<u8>> {
    let raw = to_raw(settings);
    let mut packed = vec![0; raw.len() * 6];
    // SAFETY: writes at most `packed.len()` bytes and reads `raw.len()` entries, which live for the call.
    let len = unsafe { ffi::nghttp2_pack_settings_payload2(packed.as_mut_ptr(), packed.len(), raw.as_ptr(), raw.len()) };
    packed.truncate(usize::try_from(len).ok()?);
    Some(packed)
}

//! Header fields on their way in.

use libnghttp2_sys as ffi;

/// A header field to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderField<'a> {
    /// nghttp2 sends it in lower case.
    pub name: &'a [u8],
    /// Its value.
    pub value: &'a [u8],
    /// Must not be kept in any table on its way.
    pub never_index: bool,
}

impl HeaderField<'_> {
    /// The flag of such a field, in [`crate::Events::on_header`].
    pub const NO_INDEX: u8 = ffi::NGHTTP2_NV_FLAG_NO_INDEX as u8;
}

/// The C view of fields; points into them. Only ever with flags that have nghttp2 copy both parts.
pub(crate) fn to_raw(fields: &[HeaderField<'_>]) -> Vec<ffi::nghttp2_nv> {
    fields
        .iter()
        .map(|field| ffi::nghttp2_nv {
            // nghttp2 does not write to them.
            name: field.name.as_ptr().cast_mut(),
            value: field.value.as_ptr().cast_mut(),
            namelen: field.name.len(),
            valuelen: field.value.len(),
            flags: if field.never_index { HeaderField::NO_INDEX } else { 0 },
        })
        .collect()
}

//! `buf.swap16`, `swap32`, `swap64`.

/// Reverses the bytes of every two. Returns false, with nothing changed, when the length is not a multiple of 2.
pub fn swap16(bytes: &mut [u8]) -> bool {
    swap::<2>(bytes)
}

/// Reverses the bytes of every four. Returns false, with nothing changed, when the length is not a multiple of 4.
pub fn swap32(bytes: &mut [u8]) -> bool {
    swap::<4>(bytes)
}

/// Reverses the bytes of every eight. Returns false, with nothing changed, when the length is not a multiple of 8.
pub fn swap64(bytes: &mut [u8]) -> bool {
    swap::<8>(bytes)
}

fn swap<const N: usize>(bytes: &mut [u8]) -> bool {
    let (words, rest) = bytes.as_chunks_mut::<N>();
    if !rest.is_empty() {
        return false;
    }
    for word in words {
        word.reverse();
    }
    true
}

//! `buf.fill` with more than one byte.

/// Fills `dst` with repetitions of its own first `pattern_len` bytes, the last one cut where `dst` ends.
///
/// Does nothing when `pattern_len` is 0 or covers `dst`. The pattern is in place already because that is where the encoders write it.
pub fn fill_pattern(dst: &mut [u8], pattern_len: usize) {
    if pattern_len == 0 {
        return;
    }
    let mut done = pattern_len;
    // What is filled doubles each time, so a one-byte pattern costs 30 copies for a gigabyte.
    while done < dst.len() {
        let count = done.min(dst.len() - done);
        dst.copy_within(..count, done);
        done += count;
    }
}

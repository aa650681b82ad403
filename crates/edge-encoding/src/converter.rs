//! `TextDecoder`: a streaming decoder of any WHATWG encoding.

use encoding_rs::{DecoderResult, Encoding};

use crate::Decoded;

/// The input is not well-formed in its encoding and the decoder is fatal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidData;

/// The state of one `TextDecoder`.
pub struct Converter {
    encoding: &'static Encoding,
    decoder: encoding_rs::Decoder,
    fatal: bool,
    ignore_bom: bool,
}

impl Converter {
    /// A decoder for a WHATWG label (`utf-16le`, `shift_jis`, …); `None` for labels that have none.
    ///
    /// `ignore_bom` keeps a leading byte order mark in the output, as the option of that name does.
    #[must_use]
    pub fn new(label: &str, fatal: bool, ignore_bom: bool) -> Option<Self> {
        let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
        Some(Self { encoding, decoder: start(encoding, ignore_bom), fatal, ignore_bom })
    }

    /// Decodes the next chunk. With `flush` it is the last one: unfinished characters count as errors and the decoder starts anew.
    ///
    /// # Errors
    /// [`InvalidData`] in fatal mode; the decoder starts anew.
    pub fn decode(&mut self, input: &[u8], flush: bool) -> Result<Decoded<'static>, InvalidData> {
        let outcome = self.run(input, flush);
        if flush || outcome.is_err() {
            self.decoder = start(self.encoding, self.ignore_bom);
        }
        outcome.map(Decoded::from_utf16)
    }

    fn run(&mut self, input: &[u8], flush: bool) -> Result<Vec<u16>, InvalidData> {
        // A length that does not fit `usize` cannot belong to a slice in memory; the buffer then just grows below.
        let mut units = vec![0; self.decoder.max_utf16_buffer_length(input.len()).unwrap_or(input.len())];
        let (mut read, mut written) = (0, 0);
        loop {
            let (is_done, consumed, produced) = if self.fatal {
                let (result, consumed, produced) =
                    self.decoder.decode_to_utf16_without_replacement(&input[read..], &mut units[written..], flush);
                if let DecoderResult::Malformed(..) = result {
                    return Err(InvalidData);
                }
                (result == DecoderResult::InputEmpty, consumed, produced)
            } else {
                let (result, consumed, produced, _) = self.decoder.decode_to_utf16(&input[read..], &mut units[written..], flush);
                (result == encoding_rs::CoderResult::InputEmpty, consumed, produced)
            };
            read += consumed;
            written += produced;
            if is_done {
                units.truncate(written);
                return Ok(units);
            }
            units.resize(units.len() * 2 + 16, 0);
        }
    }
}

fn start(encoding: &'static Encoding, ignore_bom: bool) -> encoding_rs::Decoder {
    if ignore_bom { encoding.new_decoder_without_bom_handling() } else { encoding.new_decoder_with_bom_removal() }
}

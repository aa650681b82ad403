//! Properties against the standard library and naive models.

use edge_encoding::search::{Direction, index_of, index_of_ucs2};
use edge_encoding::{
    Converter, Decoded, Encoding, Progress, StringDecoder, Text, ascii, base64, compare, decode, fill_pattern, hex, swap, utf8, utf16,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes that are often almost UTF-8.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..300),
        vec(prop_oneof![Just(0x41u8), Just(0x80), Just(0xc3), Just(0xe2), Just(0xed), Just(0xf0), Just(0x9f), Just(0xbf)], 0..60),
        ".{0,80}".prop_map(String::into_bytes),
        "[ -~]{0,300}".prop_map(String::into_bytes),
        (".{0,30}", any::<proptest::sample::Index>()).prop_map(|(text, at)| {
            let mut bytes = text.into_bytes();
            if !bytes.is_empty() {
                bytes.remove(at.index(bytes.len()));
            }
            bytes
        }),
    ]
}

/// Code units with surrogates whole, halved and swapped.
fn units() -> impl Strategy<Value = Vec<u16>> {
    prop_oneof![
        vec(prop_oneof![Just(0x41u16), Just(0xe9), Just(0x7ff), Just(0x800), 0xd7ffu16..=0xe000, any::<u16>()], 0..120),
        ".{0,100}".prop_map(|text: String| text.encode_utf16().collect()),
    ]
}

fn naive_utf8(text: Text<'_>, room: usize) -> (Progress, Vec<u8>) {
    let mut progress = Progress::default();
    let mut out = Vec::new();
    for character in char::decode_utf16(text.to_utf16().iter().copied()) {
        let character = character.unwrap_or('\u{fffd}');
        if out.len() + character.len_utf8() > room {
            break;
        }
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        progress.read += character.len_utf16();
    }
    progress.written = out.len();
    (progress, out)
}

fn naive_base64(bytes: &[u8]) -> Vec<u8> {
    let (mut bits, mut count, mut out) = (0u32, 0, Vec::new());
    for &byte in bytes {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

fn naive_search<T: PartialEq>(haystack: &[T], needle: &[T], start: usize, direction: Direction) -> Option<usize> {
    let mut hits = haystack.windows(needle.len()).enumerate().filter(|(_, window)| *window == needle).map(|(at, _)| at);
    match direction {
        Direction::Forward => hits.find(|&at| at >= start),
        Direction::Backward => hits.take_while(|&at| at <= start).last(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn utf8_decodes_like_std(bytes in bytes()) {
        let expected: Vec<u16> = String::from_utf8_lossy(&bytes).encode_utf16().collect();
        let decoded = utf8::decode(&bytes);
        prop_assert_eq!(decoded.as_text().to_utf16().into_owned(), expected.clone());
        prop_assert_eq!(matches!(decoded, Decoded::Latin1(_)), expected.iter().all(|&unit| unit < 0x100));
        prop_assert_eq!(utf8::is_utf8(&bytes), std::str::from_utf8(&bytes).is_ok());
        prop_assert_eq!(utf8::decode_fatal(&bytes).is_ok(), std::str::from_utf8(&bytes).is_ok());
        prop_assert_eq!(ascii::prefix_len(&bytes), bytes.iter().take_while(|byte| byte.is_ascii()).count());
    }

    #[test]
    fn utf8_encodes_like_the_model(units in units(), room in 0usize..200) {
        let text = Text::Utf16(&units);
        let (progress, expected) = naive_utf8(text, room);
        let mut dst = vec![0xaa; room];
        prop_assert_eq!(utf8::encode_into(text, &mut dst), progress);
        prop_assert_eq!(&dst[..progress.written], &expected[..]);
        prop_assert!(dst[progress.written..].iter().all(|&byte| byte == 0xaa), "touched bytes past the end");
        let (_, whole) = naive_utf8(text, usize::MAX);
        prop_assert_eq!(utf8::byte_length(text), whole.len());
        prop_assert_eq!(utf8::encode_to_vec(text), whole);
    }

    #[test]
    fn latin1_encodes_like_the_model(bytes in bytes(), room in 0usize..400) {
        let text = Text::Latin1(&bytes);
        let (progress, expected) = naive_utf8(text, room);
        let mut dst = vec![0xaa; room];
        prop_assert_eq!(utf8::encode_into(text, &mut dst), progress);
        prop_assert_eq!(&dst[..progress.written], &expected[..]);
        prop_assert!(dst[progress.written..].iter().all(|&byte| byte == 0xaa), "touched bytes past the end");
        prop_assert_eq!(utf8::byte_length(text), naive_utf8(text, usize::MAX).1.len());
    }

    #[test]
    fn ucs2_comes_back(units in units()) {
        let mut dst = vec![0; units.len() * 2 + 1];
        let progress = utf16::encode_into(Text::Utf16(&units), &mut dst);
        prop_assert_eq!(progress, Progress { read: units.len(), written: units.len() * 2 });
        let decoded = utf16::decode(&dst);
        prop_assert_eq!(decoded.as_text().to_utf16().into_owned(), units);
    }

    #[test]
    fn base64_comes_back(bytes in vec(any::<u8>(), 0..5000)) {
        for variant in [base64::Variant::Standard, base64::Variant::Url] {
            let text = base64::encode(&bytes, variant);
            prop_assert_eq!(text.len(), base64::encoded_len(bytes.len(), variant));
            let mut dst = vec![0; base64::decoded_len(Text::Latin1(&text))];
            prop_assert_eq!(dst.len(), bytes.len());
            let written = base64::write(Text::Latin1(&text), variant, &mut dst);
            prop_assert_eq!(&dst[..written], &bytes[..]);
        }
        let text = base64::encode(&bytes, base64::Variant::Standard);
        prop_assert_eq!(base64::decode_forgiving(Text::Latin1(&text)), Ok(bytes));
    }

    #[test]
    fn base64_reads_like_the_model(text in vec(prop_oneof![9 => 0x2bu8..0x7b, 1 => any::<u8>()], 0..5000), at in any::<usize>(), room in 0usize..5000) {
        let mut text = text;
        text.retain(|&byte| byte != b'=');
        if !text.is_empty() && at % 2 == 0 {
            let at = at % text.len();
            text[at] = b'=';
        }
        let mut expected = naive_base64(&text);
        expected.truncate(room);
        let wide: Vec<u16> = text.iter().map(|&byte| u16::from(byte)).collect();
        for source in [Text::Latin1(&text), Text::Utf16(&wide)] {
            let mut dst = vec![0xaa; room];
            let written = base64::write(source, base64::Variant::Url, &mut dst);
            prop_assert_eq!(&dst[..written], &expected[..]);
            prop_assert!(dst[written..].iter().all(|&byte| byte == 0xaa), "touched bytes past the end");
        }
    }

    #[test]
    fn hex_comes_back(bytes in vec(any::<u8>(), 0..3000), cut in 0usize..6000) {
        let mut text = hex::encode(&bytes);
        let expected = if cut < text.len() { text[cut] = b'g'; &bytes[..cut / 2] } else { &bytes[..] };
        let wide: Vec<u16> = text.iter().map(|&byte| u16::from(byte)).collect();
        for source in [Text::Latin1(&text), Text::Utf16(&wide)] {
            let mut dst = vec![0xaa; bytes.len()];
            let written = hex::write(source, &mut dst);
            prop_assert_eq!(&dst[..written], expected);
            prop_assert!(dst[written..].iter().all(|&byte| byte == 0xaa), "touched bytes past the end");
        }
    }

    #[test]
    fn search_finds_what_the_model_finds(haystack in vec(0u8..3, 0..60), needle in vec(0u8..3, 1..6), start in 0usize..60) {
        for direction in [Direction::Forward, Direction::Backward] {
            let expected = naive_search(&haystack, &needle, start, direction);
            prop_assert_eq!(index_of(&haystack, &needle, start as i64, direction), expected);
        }
    }

    #[test]
    fn ucs2_search_finds_whole_units(haystack in vec(0u16..3, 0..150), length in 1usize..50, at in any::<proptest::sample::Index>(), start in 0usize..160) {
        // A needle cut from the haystack, so that long ones (the other algorithm) are found too.
        prop_assume!(!haystack.is_empty());
        let from = at.index(haystack.len());
        let needle = &haystack[from..(from + length).min(haystack.len())];
        let flat = |units: &[u16]| units.iter().flat_map(|unit| (unit | unit << 8).to_le_bytes()).collect::<Vec<u8>>();
        for direction in [Direction::Forward, Direction::Backward] {
            let expected = naive_search(&haystack, needle, start, direction).map(|at| at * 2);
            prop_assert_eq!(index_of_ucs2(&flat(&haystack), &flat(needle), start as i64 * 2, direction), expected);
        }
    }

    #[test]
    fn chunks_decode_to_the_whole(text in ".{0,40}", cuts in vec(1usize..5, 0..60), encoding in prop_oneof![Just(Encoding::Utf8), Just(Encoding::Ucs2)]) {
        let whole = edge_encoding::encode_to_vec(Text::Utf16(&text.encode_utf16().collect::<Vec<_>>()), encoding);
        let mut state = [0; StringDecoder::SIZE];
        state[StringDecoder::ENCODING_FIELD] = encoding as u8;
        let mut decoder = StringDecoder::new(&mut state).unwrap();
        let mut out = Vec::new();
        let mut rest = &whole[..];
        for cut in cuts {
            let (chunk, after) = rest.split_at(cut.min(rest.len()));
            out.extend_from_slice(&decoder.decode(chunk).as_text().to_utf16());
            rest = after;
        }
        out.extend_from_slice(&decoder.decode(rest).as_text().to_utf16());
        out.extend_from_slice(&decoder.flush().as_text().to_utf16());
        prop_assert_eq!(String::from_utf16(&out).unwrap(), text);
    }

    #[test]
    fn a_forged_decoder_state_is_harmless(state in any::<[u8; 7]>(), chunks in vec(vec(any::<u8>(), 0..9), 0..6)) {
        let mut state = state;
        if let Some(mut decoder) = StringDecoder::new(&mut state) {
            for chunk in chunks {
                let _ = decoder.decode(&chunk);
            }
            let _ = decoder.flush();
        }
    }

    #[test]
    fn converter_utf8_is_utf8(bytes in bytes(), cut in any::<proptest::sample::Index>()) {
        let mut converter = Converter::new("utf-8", false, true).unwrap();
        let (first, second) = bytes.split_at(cut.index(bytes.len() + 1));
        let text = converter.decode(first, false).unwrap().concat(converter.decode(second, true).unwrap());
        prop_assert_eq!(text.as_text().to_utf16().into_owned(), decode(&bytes, Encoding::Utf8).as_text().to_utf16().into_owned());
    }

    #[test]
    fn small_things(mut bytes in vec(any::<u8>(), 0..100), other in vec(any::<u8>(), 0..100), pattern in 0usize..12) {
        prop_assert_eq!(compare(&bytes, &other), -compare(&other, &bytes));
        let original = bytes.clone();
        if swap::swap64(&mut bytes) {
            prop_assert!(swap::swap64(&mut bytes));
        }
        prop_assert_eq!(&bytes, &original);
        prop_assert_eq!(swap::swap16(&mut bytes), original.len() % 2 == 0);
        let mut filled = original.clone();
        fill_pattern(&mut filled, pattern);
        if pattern > 0 {
            for (at, &byte) in filled.iter().enumerate() {
                prop_assert_eq!(byte, original[at % pattern]);
            }
        }
    }
}

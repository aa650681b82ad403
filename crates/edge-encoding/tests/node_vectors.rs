//! What Node 24.12 answered (`vectors/generate.mjs`), asked again of this crate.

use edge_encoding::search::{Direction, index_of, index_of_ucs2};
use edge_encoding::{Converter, Encoding, StringDecoder, Text, base64, byte_length, decode, encode_into, encode_to_vec, transcode, utf8};

const VECTORS: &str = include_str!("vectors/node.tsv");

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap()).collect()
}

fn units(hex: &str) -> Vec<u16> {
    (0..hex.len() / 4).map(|at| u16::from_str_radix(&hex[at * 4..at * 4 + 4], 16).unwrap()).collect()
}

/// Every representation that the engine may hold the string in.
fn texts<'a>(wide: &'a [u16], narrow: &'a [u8]) -> Vec<Text<'a>> {
    let mut texts = vec![Text::Utf16(wide)];
    if wide.len() == narrow.len() {
        texts.push(Text::Latin1(narrow));
    }
    texts
}

fn narrow(wide: &[u16]) -> Vec<u8> {
    wide.iter().map_while(|&unit| u8::try_from(unit).ok()).collect()
}

fn encoding(name: &str) -> Encoding {
    Encoding::from_name(name).unwrap()
}

fn each(op: &str, check: impl Fn(&[&str])) {
    let mut count = 0;
    for line in VECTORS.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[0] == op {
            println!("{line}");
            check(&fields[1..]);
            count += 1;
        }
    }
    assert!(count > 100, "vectors/node.tsv has only {count} lines for {op}");
}

#[test]
fn to_string() {
    each("decode", |f| {
        assert_eq!(decode(&bytes(f[1]), encoding(f[0])).as_text().to_utf16().into_owned(), units(f[2]));
    });
}

#[test]
fn write_and_from() {
    each("encode", |f| {
        let (wide, encoding) = (units(f[1]), encoding(f[0]));
        for text in texts(&wide, &narrow(&wide)) {
            assert_eq!(encode_to_vec(text, encoding), bytes(f[2]));
            assert_eq!(byte_length(text, encoding).to_string(), f[3]);
            let mut room = vec![0; f[4].parse().unwrap()];
            let written = encode_into(text, encoding, &mut room).written;
            assert_eq!(room[..written], bytes(f[5]));
        }
    });
}

#[test]
fn text_encoder_encode_into() {
    each("encodeInto", |f| {
        let wide = units(f[0]);
        for text in texts(&wide, &narrow(&wide)) {
            let mut room = vec![0; f[1].parse().unwrap()];
            let progress = utf8::encode_into(text, &mut room);
            assert_eq!(progress.read.to_string(), f[2]);
            assert_eq!(room[..progress.written], bytes(f[3]));
        }
    });
}

#[test]
fn atob() {
    each("atob", |f| {
        let wide = units(f[0]);
        for text in texts(&wide, &narrow(&wide)) {
            let answer = match base64::decode_forgiving(text) {
                Ok(bytes) => format!("s{}", bytes.iter().map(|byte| format!("{byte:04x}")).collect::<String>()),
                Err(base64::ForgivingError::InvalidCharacter) => "-2".into(),
                Err(base64::ForgivingError::SingleCharacterRemained) => "-1".into(),
            };
            assert_eq!(answer, f[1]);
        }
    });
}

#[test]
fn string_decoder() {
    each("decoder", |f| {
        let mut state = [0; StringDecoder::SIZE];
        state[StringDecoder::ENCODING_FIELD] = encoding(f[0]) as u8;
        let mut decoder = StringDecoder::new(&mut state).unwrap();
        for (chunk, text) in f[1].split(',').zip(f[2].split(',')) {
            assert_eq!(decoder.decode(&bytes(chunk)).as_text().to_utf16().into_owned(), units(text));
        }
        assert_eq!(decoder.flush().as_text().to_utf16().into_owned(), units(f[3]));
    });
}

#[test]
fn index_of_and_last_index_of() {
    each("search", |f| {
        let (haystack, needle, offset) = (bytes(f[1]), bytes(f[2]), f[3].parse().unwrap());
        let find = if f[0] == "utf16le" { index_of_ucs2 } else { index_of };
        let show = |found: Option<usize>| found.map_or("-1".to_string(), |at| at.to_string());
        assert_eq!(show(find(&haystack, &needle, offset, Direction::Forward)), f[4]);
        assert_eq!(show(find(&haystack, &needle, offset, Direction::Backward)), f[5]);
    });
}

#[test]
fn buffer_transcode() {
    each("transcode", |f| {
        let answer = match transcode(&bytes(f[2]), encoding(f[0]), encoding(f[1])) {
            Ok(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(error) => format!("e{}", error.icu_code()),
        };
        assert_eq!(answer, f[3]);
    });
}

#[test]
fn text_decoder() {
    each("text", |f| {
        let mut converter = Converter::new(f[0], f[1] == "true", f[2] == "true").unwrap();
        let chunks: Vec<&str> = f[3].split(',').collect();
        let mut answers = Vec::new();
        for (chunk, flush) in [(chunks[0], false), (chunks[1], true)] {
            match converter.decode(&bytes(chunk), flush) {
                Ok(text) => answers.push(text.as_text().to_utf16().iter().map(|unit| format!("{unit:04x}")).collect()),
                Err(_) => {
                    answers.push("!".to_string());
                    break;
                }
            }
        }
        assert_eq!(answers.join(","), f[4]);
    });
}

//! Images of an engine's heap: written once, mapped copy-on-write as often as wanted. Boot images and user snapshots share
//! the format.
//!
//! Little-endian, in this order: a head of 160 bytes, the section table, the run table, the sections' bytes, and from the
//! next multiple of 64 KiB the pages. A run is a stretch of linear memory that is not all zero; what no run covers is zero.
//!
//! | at | what |
//! |---|---|
//! | 0 | magic `EDGEIMG\0` |
//! | 8 | u32 format version, u32 number of sections |
//! | 16 | engine hash (16 bytes): the code that the heap's function indexes mean |
//! | 32 | stamp (32 bytes): the caller's hash of library and natives |
//! | 64 | target (32 bytes, zero-padded): the heap is portable, the constants in it are not |
//! | 96 | u32 pages of memory, u32 stack pointer, u32 number of runs, u32 zero |
//! | 112 | u64 length of the file, u64 end of the tables |
//! | 128 | hash of everything after the tables (xxh3-128) |
//! | 144 | hash of head and tables with this field zero (xxh3-128) |
//!
//! Section entry: name (32 bytes, zero-padded), u64 offset, u64 length. Run entry: u32 first page, u32 pages, u64 offset.
//! The same heap, stamp and sections give the same bytes.

use crate::{ENGINE_HASH, Engine};
pub use edge_napi::ImageError;
use edge_wasix::memory::{GRANULE, ImageFile, Reservation};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_128;

const MAGIC: &[u8; 8] = b"EDGEIMG\0";
const VERSION: u32 = 1;
const HEAD: usize = 160;
const HEAD_HASH: std::ops::Range<usize> = 144..160;
const SECTION: usize = 48;
const RUN: usize = 16;
const TARGET: &str = env!("EDGE_TARGET");

/// How much of an image is checked when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Head and tables, and the file's length: what a start can afford (microseconds).
    Head,
    /// The content's hash too: after a download, a build, or for somebody's snapshot.
    Content,
}

/// An opened image. Cheap to restore from many times, from several threads.
#[derive(Debug)]
pub struct Image {
    file: ImageFile,
    pages: u32,
    stack_pointer: u32,
    sections: Vec<(String, std::ops::Range<usize>)>,
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    page: u32,
    pages: u32,
    offset: u64,
}

impl Image {
    /// Opens an image file.
    ///
    /// # Errors
    /// What is wrong with it: not readable, stale (made by another engine, library or target), or damaged.
    pub fn open(path: &Path, stamp: &[u8; 32], check: Check) -> Result<Image, ImageError> {
        let file = ImageFile::open(path).map_err(|error| ImageError::Io(error.raw_os_error()))?;
        Image::parse(file, stamp, check)
    }

    /// Takes an image from bytes (copied into an anonymous file).
    ///
    /// # Errors
    /// As [`Image::open`].
    pub fn from_bytes(bytes: &[u8], stamp: &[u8; 32], check: Check) -> Result<Image, ImageError> {
        if bytes.len() < HEAD {
            return Err(ImageError::Damaged("too short".to_owned()));
        }
        let file = ImageFile::from_bytes(bytes).map_err(|error| ImageError::Io(error.raw_os_error()))?;
        Image::parse(file, stamp, check)
    }

    fn parse(file: ImageFile, stamp: &[u8; 32], check: Check) -> Result<Image, ImageError> {
        let damaged = |what: &str| ImageError::Damaged(what.to_owned());
        let stale = |what: &str| ImageError::Stale(what.to_owned());
        let bytes = file.bytes();
        let head = bytes.get(..HEAD).ok_or_else(|| damaged("too short"))?;
        if &head[..8] != MAGIC {
            return Err(damaged("not an image"));
        }
        let version = u32_at(head, 8);
        if version != VERSION {
            return Err(stale(&format!("format {version}, this is {VERSION}")));
        }
        let tables_end = usize::try_from(u64_at(head, 120)).unwrap_or(usize::MAX);
        let tables = bytes.get(HEAD..tables_end).ok_or_else(|| damaged("tables cut off"))?;
        if u64_at(head, 112) != bytes.len() as u64 {
            return Err(damaged("wrong length"));
        }
        if head_hash(head, tables) != head[HEAD_HASH] {
            return Err(damaged("the head's hash"));
        }
        if head[16..32] != engine_hash() {
            return Err(stale("another engine"));
        }
        if head[64..96] != target() {
            return Err(stale("another target"));
        }
        if head[32..64] != *stamp {
            return Err(stale("another library or other natives"));
        }
        if check == Check::Content && xxh3_128(&bytes[tables_end..]).to_le_bytes() != head[128..144] {
            return Err(damaged("the content's hash"));
        }
        let (section_count, run_count) = (u32_at(head, 12) as usize, u32_at(head, 104) as usize);
        let (pages, stack_pointer) = (u32_at(head, 96), u32_at(head, 100));
        let expected = section_count.checked_mul(SECTION).zip(run_count.checked_mul(RUN)).and_then(|(a, b)| a.checked_add(b));
        if expected != Some(tables.len()) || pages > 65536 {
            return Err(damaged("table sizes"));
        }
        let (section_table, run_table) = tables.split_at(section_count * SECTION);
        let mut sections = Vec::with_capacity(section_count);
        for entry in section_table.chunks_exact(SECTION) {
            let name = entry[..32].split(|&byte| byte == 0).next().unwrap_or_default();
            let name = std::str::from_utf8(name).map_err(|_| damaged("a section's name"))?;
            let range = usize::try_from(u64_at(entry, 32))
                .ok()
                .and_then(|start| Some(start..start.checked_add(usize::try_from(u64_at(entry, 40)).ok()?)?))
                .filter(|range| range.start >= tables_end && range.end <= bytes.len())
                .ok_or_else(|| damaged("a section's place"))?;
            sections.push((name.to_owned(), range));
        }
        let mut runs = Vec::with_capacity(run_count);
        let mut next = 0u32;
        for entry in run_table.chunks_exact(RUN) {
            let run = Run { page: u32_at(entry, 0), pages: u32_at(entry, 4), offset: u64_at(entry, 8) };
            let end = run.page.checked_add(run.pages).filter(|&end| run.page >= next && end <= pages);
            let file_end = run.offset.checked_add(u64::from(run.pages) * GRANULE as u64);
            let in_file = file_end.is_some_and(|end| end <= bytes.len() as u64) && run.offset.is_multiple_of(GRANULE as u64);
            let (Some(end), true) = (end, in_file) else { return Err(damaged("a run's place")) };
            next = end;
            runs.push(run);
        }
        Ok(Image { pages, stack_pointer, sections, runs, file })
    }

    /// All of it, as it is in a file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.file.bytes()
    }

    /// The bytes of a named section.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&[u8]> {
        let (_, range) = self.sections.iter().find(|(have, _)| have == name)?;
        self.file.bytes().get(range.clone())
    }

    /// The bytes of this image with one more section, or another content for one that is there.
    ///
    /// # Errors
    /// A text, for a name longer than 32 bytes.
    pub fn with_section(&self, name: &str, content: &[u8]) -> Result<Vec<u8>, String> {
        let bytes = self.file.bytes();
        let mut sections: Vec<(&str, &[u8])> =
            self.sections.iter().filter(|(have, _)| have != name).map(|(name, range)| (name.as_str(), &bytes[range.clone()])).collect();
        sections.push((name, content));
        let pages_of = |run: &Run, out: &mut Vec<u8>| {
            out.extend_from_slice(&bytes[run.offset as usize..][..run.pages as usize * GRANULE]);
        };
        assemble(&bytes[32..64], self.pages, self.stack_pointer, &sections, self.runs.clone(), pages_of)
    }

    /// The hash of sections and pages that the head has.
    #[must_use]
    pub fn content_hash(&self) -> u128 {
        self.file.bytes().get(128..144).and_then(|bytes| bytes.try_into().ok()).map_or(0, u128::from_le_bytes)
    }

    /// Bytes of linear memory that the image stands for.
    #[must_use]
    pub fn memory_size(&self) -> u64 {
        u64::from(self.pages) * GRANULE as u64
    }

    /// Bytes of linear memory that are in the file (the rest is zero).
    #[must_use]
    pub fn stored_size(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.pages) * GRANULE as u64).sum()
    }

    pub(crate) fn pages(&self) -> u32 {
        self.pages
    }

    pub(crate) fn stack_pointer(&self) -> u32 {
        self.stack_pointer
    }

    /// The 4 KiB that the image has for an address in memory; `None` where it has zeros.
    fn original(&self, address: usize) -> Option<&[u8]> {
        let page = (address / GRANULE) as u32;
        let run = self.runs.iter().find(|run| (run.page..run.page + run.pages).contains(&page))?;
        let at = run.offset as usize + (address - run.page as usize * GRANULE);
        self.file.bytes().get(at..at + SMALL_PAGE)
    }

    /// The stretches of memory (offset, bytes) that a start is going to write.
    pub(crate) fn prefault(&self) -> impl Iterator<Item = (usize, usize)> {
        let list = self.section(PREFAULT).unwrap_or_default();
        list.chunks_exact(8).map(|pair| (u32_at(pair, 0) as usize * SMALL_PAGE, u32_at(pair, 4) as usize * SMALL_PAGE))
    }

    /// Maps the pages over a reservation whose memory is committed (and zero).
    pub(crate) fn map_into(&self, memory: &Reservation) -> std::io::Result<()> {
        for run in &self.runs {
            memory.map_image(run.page as usize * GRANULE, self.file.file(), run.offset, run.pages as usize * GRANULE)?;
        }
        Ok(())
    }
}

/// The section that lists the pages to bring in at once (see [`Engine::changed_pages`]): pairs of u32, first page and number
/// of pages, of 4 KiB.
pub const PREFAULT: &str = "prefault";

const SMALL_PAGE: usize = 4096;

/// Pages between two changed ones that are brought in with them: a copy of a page costs 1.5 µs, another system call 0.7.
const PREFAULT_GAP: u32 = 1;

impl Engine {
    /// What has changed in linear memory since `image`, from which this engine was restored, as the content of a section
    /// [`PREFAULT`] for an image of the same heap. The builder of an image restores it, runs an empty program, asks for this,
    /// and writes the image again with it ([`Image::with_section`]): a start then brings in the pages it is going to write in
    /// a few system calls instead of a fault for each.
    #[must_use]
    pub fn changed_pages(&self, image: &Image) -> Vec<u8> {
        let size = self.memory_size() as usize;
        // SAFETY: all of linear memory; no engine code runs while we look.
        let Some(memory) = (unsafe { self.bytes(0, size) }) else { return Vec::new() };
        let mut changed: Vec<(u32, u32)> = Vec::new();
        for (number, page) in memory.chunks_exact(SMALL_PAGE).enumerate() {
            let same = match image.original(number * SMALL_PAGE) {
                Some(original) => original == page,
                None => page.iter().all(|&byte| byte == 0),
            };
            let number = number as u32;
            match changed.last_mut() {
                _ if same => {}
                Some((first, count)) if number - (*first + *count) <= PREFAULT_GAP => *count = number + 1 - *first,
                _ => changed.push((number, 1)),
            }
        }
        changed.iter().flat_map(|(first, count)| [first.to_le_bytes(), count.to_le_bytes()].concat()).collect()
    }

    /// The engine's heap as the bytes of an image file. The caller has seen to it that no host pointer, handle or time is in
    /// the heap, has collected garbage, and calls from outside of any engine call. What lies below the stack pointer is
    /// dead and left out.
    ///
    /// # Errors
    /// A text: the engine is poisoned or running, or a section's name is longer than 32 bytes.
    pub fn snapshot(&self, stamp: &[u8; 32], sections: &[(&str, &[u8])]) -> Result<Vec<u8>, String> {
        if self.poison().is_some() || self.is_entered() {
            return Err("the engine is poisoned, or inside of a call".into());
        }
        let size = self.memory_size();
        let pages = (size / GRANULE as u64) as u32;
        let stack_pointer = self.stack_pointer();
        // SAFETY: all of linear memory; no engine code runs while we look, as the check above says.
        let memory = unsafe { self.bytes(0, size as usize) }.ok_or("no memory")?;
        let dead = (stack_pointer as usize).min(memory.len());
        let page = |number: u32| &memory[number as usize * GRANULE..][..GRANULE];
        let live = |number: u32| {
            let from = dead.saturating_sub(number as usize * GRANULE).min(GRANULE);
            page(number)[from..].iter().any(|&byte| byte != 0)
        };

        let mut runs: Vec<Run> = Vec::new();
        for number in (0..pages).filter(|&number| live(number)) {
            match runs.last_mut() {
                Some(run) if run.page + run.pages == number => run.pages += 1,
                _ => runs.push(Run { page: number, pages: 1, offset: 0 }),
            }
        }
        let pages_of = |run: &Run, out: &mut Vec<u8>| {
            for number in run.page..run.page + run.pages {
                let start = out.len();
                out.extend_from_slice(page(number));
                let from = dead.saturating_sub(number as usize * GRANULE).min(GRANULE);
                out[start..start + from].fill(0);
            }
        };
        assemble(stamp, pages, stack_pointer, sections, runs, pages_of)
    }
}

/// Puts an image together; `pages_of` appends the bytes of a run.
fn assemble(
    stamp: &[u8],
    pages: u32,
    stack_pointer: u32,
    sections: &[(&str, &[u8])],
    mut runs: Vec<Run>,
    pages_of: impl Fn(&Run, &mut Vec<u8>),
) -> Result<Vec<u8>, String> {
    let tables_end = HEAD + sections.len() * SECTION + runs.len() * RUN;
    let mut offset = tables_end;
    let mut out = vec![0; HEAD];
    for (name, bytes) in sections {
        if name.len() > 32 || name.contains('\0') {
            return Err(format!("{name:?} is no name for a section"));
        }
        let mut entry = [0; SECTION];
        entry[..name.len()].copy_from_slice(name.as_bytes());
        entry[32..40].copy_from_slice(&(offset as u64).to_le_bytes());
        entry[40..48].copy_from_slice(&(bytes.len() as u64).to_le_bytes());
        out.extend_from_slice(&entry);
        offset = (offset + bytes.len()).next_multiple_of(8);
    }
    offset = offset.next_multiple_of(GRANULE);
    let sources = runs.clone();
    for run in &mut runs {
        run.offset = offset as u64;
        offset += run.pages as usize * GRANULE;
        out.extend_from_slice(&run.page.to_le_bytes());
        out.extend_from_slice(&run.pages.to_le_bytes());
        out.extend_from_slice(&run.offset.to_le_bytes());
    }
    for (_, bytes) in sections {
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(8), 0);
    }
    if !runs.is_empty() {
        out.resize(out.len().next_multiple_of(GRANULE), 0);
    }
    for run in &sources {
        pages_of(run, &mut out);
    }

    let content = xxh3_128(&out[tables_end..]).to_le_bytes();
    let len = out.len() as u64;
    out[..8].copy_from_slice(MAGIC);
    out[8..12].copy_from_slice(&VERSION.to_le_bytes());
    out[12..16].copy_from_slice(&(sections.len() as u32).to_le_bytes());
    out[16..32].copy_from_slice(&engine_hash());
    out[32..64].copy_from_slice(stamp);
    out[64..96].copy_from_slice(&target());
    out[96..100].copy_from_slice(&pages.to_le_bytes());
    out[100..104].copy_from_slice(&stack_pointer.to_le_bytes());
    out[104..108].copy_from_slice(&(runs.len() as u32).to_le_bytes());
    out[112..120].copy_from_slice(&len.to_le_bytes());
    out[120..128].copy_from_slice(&(tables_end as u64).to_le_bytes());
    out[128..144].copy_from_slice(&content);
    let hash = head_hash(&out[..HEAD], &out[HEAD..tables_end]);
    out[HEAD_HASH].copy_from_slice(&hash);
    Ok(out)
}

fn head_hash(head: &[u8], tables: &[u8]) -> [u8; 16] {
    let mut text = Vec::with_capacity(head.len() + tables.len());
    text.extend_from_slice(head);
    text[HEAD_HASH].fill(0);
    text.extend_from_slice(tables);
    xxh3_128(&text).to_le_bytes()
}

/// `ENGINE_HASH` as bytes.
fn engine_hash() -> [u8; 16] {
    let mut out = [0; 16];
    for (byte, digits) in out.iter_mut().zip(ENGINE_HASH.as_bytes().chunks_exact(2)) {
        let digit = |c: u8| (c as char).to_digit(16).unwrap_or(0) as u8;
        *byte = digit(digits[0]) << 4 | digit(digits[1]);
    }
    out
}

fn target() -> [u8; 32] {
    let mut out = [0; 32];
    let len = TARGET.len().min(32);
    out[..len].copy_from_slice(&TARGET.as_bytes()[..len]);
    out
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}

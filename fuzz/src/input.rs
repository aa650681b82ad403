//! The fuzzer's bytes as a stream of choices. Past the end all choices are 0, so that every input means something.

/// What is left of the bytes.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// All of them.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
    /// Whether none is left.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// One byte.
    pub fn byte(&mut self) -> u8 {
        match self.0 {
            [first, rest @ ..] => {
                self.0 = rest;
                *first
            }
            [] => 0,
        }
    }
    /// A number below `n`, which is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        let number = if n <= 256 { usize::from(self.byte()) } else { self.word() as usize };
        number % n
    }
    /// One of these.
    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
    /// Four bytes.
    pub fn word(&mut self) -> u32 {
        (0..4).fold(0, |word, _| word << 8 | u32::from(self.byte()))
    }
    /// A size: small, at an edge, or anything.
    pub fn size(&mut self) -> usize {
        match self.byte() {
            small @ 0..=199 => usize::from(small) / 4,
            200..=209 => usize::MAX,
            210..=219 => isize::MAX as usize,
            220..=229 => u32::MAX as usize,
            _ => self.word() as usize,
        }
    }
    /// Up to `n` bytes.
    pub fn bytes(&mut self, n: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(n.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

//! The handle stack in linear memory, read and written in place: numbers, booleans, undefined and null never cross the boundary.
//!
//! The layout is shim/state.h's `EdgeState`, the value encoding QuickJS's NaN boxing for 32-bit targets: the upper half is a tag,
//! or the value is a double with an offset added to it. A bug in the engine may have put anything there, so addresses are checked
//! against the memory's size at each use and a value is only ever compared or handed back to the engine.

use crate::Engine;

/// Slots that hold the same value for ever.
pub(crate) const UNDEFINED: usize = 1;
pub(crate) const NULL: usize = 2;
pub(crate) const TRUE: usize = 3;
pub(crate) const FALSE: usize = 4;
pub(crate) const GLOBAL: usize = 5;
/// The first slot that scopes may free.
pub(crate) const FIRST: u32 = 6;

/// Bytes at [`SCRATCH`] of the state.
pub(crate) const SCRATCH_SIZE: usize = 4096;
const TOP: u32 = 4;
const CAPACITY: u32 = 8;
const EXCEPTION: u32 = 16;
const OUT: u32 = 24;
const TERMINATED: u32 = 88;
const FINALIZERS: u32 = 92;
const SCRATCH: u32 = 96;
/// Bytes of the state that the host uses.
const STATE_SIZE: usize = SCRATCH as usize + SCRATCH_SIZE;

const TAG_FIRST: i32 = -9;
const TAG_INT: i32 = 0;
const TAG_BOOL: i32 = 1;
const TAG_NULL: i32 = 2;
const TAG_UNDEFINED: i32 = 3;
const TAG_UNINITIALIZED: i32 = 4;
const TAG_FLOAT: i32 = 8;
const FLOAT_ADDEND: u64 = (0x7ff8_0000 + 9 + 1) << 32;
const NAN: u64 = 0x7ff8_0000_0000_0000_u64.wrapping_sub(FLOAT_ADDEND);

/// A JavaScript value as the engine stores it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raw(pub u64);

/// What a value is, as far as its bits tell.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Kind {
    Undefined,
    Null,
    Bool(bool),
    Int(i32),
    Double(f64),
    BigInt,
    String,
    Symbol,
    Object,
    Other,
}

impl Raw {
    const fn tagged(tag: i32, value: u32) -> Self {
        Self(((tag as u32 as u64) << 32) | value as u64)
    }
    const fn tag(self) -> i32 {
        (self.0 >> 32) as i32
    }
    pub(crate) const UNDEFINED: Self = Self::tagged(TAG_UNDEFINED, 0);
    pub(crate) const fn int(v: i32) -> Self {
        Self::tagged(TAG_INT, v as u32)
    }
    /// A number: as an integer where it is one, which the engine is faster with.
    pub(crate) fn number(v: f64) -> Self {
        let int = v as i32;
        if f64::from(int).to_bits() == v.to_bits() {
            return Self::int(int);
        }
        if v.is_nan() { Self(NAN) } else { Self(v.to_bits().wrapping_sub(FLOAT_ADDEND)) }
    }
    pub(crate) const fn kind(self) -> Kind {
        match self.tag() {
            TAG_INT => Kind::Int(self.0 as i32),
            TAG_BOOL => Kind::Bool(self.0 as u32 != 0),
            TAG_NULL => Kind::Null,
            TAG_UNDEFINED => Kind::Undefined,
            -9 | 7 => Kind::BigInt,
            -8 => Kind::Symbol,
            -7 | -6 => Kind::String,
            -1 => Kind::Object,
            tag if (tag.wrapping_sub(TAG_FIRST) as u32) < (TAG_FLOAT - TAG_FIRST) as u32 => Kind::Other,
            _ => Kind::Double(f64::from_bits(self.0.wrapping_add(FLOAT_ADDEND))),
        }
    }
}

/// The state that the shim keeps: an address, checked when the engine is made.
#[derive(Clone, Copy)]
pub(crate) struct State(u32);

impl State {
    /// The state at an address that the engine gave.
    pub(crate) fn at(engine: &Engine, address: u32) -> Option<Self> {
        engine.at(address, STATE_SIZE)?;
        Some(Self(address))
    }
    #[inline]
    fn word(self, engine: &Engine, offset: u32) -> u32 {
        engine.load_u32(self.0 + offset).unwrap_or(0)
    }
    #[inline]
    pub(crate) fn top(self, engine: &Engine) -> u32 {
        self.word(engine, TOP)
    }
    #[inline]
    fn address(self, engine: &Engine, slot: u32) -> Option<u32> {
        slot.checked_mul(8)?.checked_add(self.word(engine, 0))
    }
    /// The value in a slot that is in use.
    #[inline]
    pub(crate) fn get(self, engine: &Engine, slot: u32) -> Option<Raw> {
        if slot == 0 || slot >= self.top(engine) {
            return None;
        }
        engine.load_u64(self.address(engine, slot)?).map(Raw)
    }
    /// Puts a value without a reference count on top; `None` when the stack must grow first.
    #[inline]
    pub(crate) fn push(self, engine: &Engine, value: Raw) -> Option<u32> {
        let top = self.top(engine);
        if top >= self.word(engine, CAPACITY) {
            return None;
        }
        engine.store_u64(self.address(engine, top)?, value.0)?;
        engine.store_u32(self.0 + TOP, top + 1)?;
        Some(top)
    }
    #[inline]
    pub(crate) fn set_top(self, engine: &Engine, top: u32) {
        engine.store_u32(self.0 + TOP, top);
    }
    /// Whether an exception is pending.
    #[inline]
    pub(crate) fn has_exception(self, engine: &Engine) -> bool {
        self.word(engine, EXCEPTION + 4) as i32 != TAG_UNINITIALIZED
    }
    /// Whether the pending exception is a termination.
    pub(crate) fn terminated(self, engine: &Engine) -> bool {
        self.word(engine, TERMINATED) != 0 && self.has_exception(engine)
    }
    /// Finalisers that wait.
    pub(crate) fn finalizers(self, engine: &Engine) -> u32 {
        self.word(engine, FINALIZERS)
    }
    /// A further result of the last call.
    #[inline]
    pub(crate) fn out(self, engine: &Engine, index: u32) -> u64 {
        engine.load_u64(self.0 + OUT + index * 8).unwrap_or(0)
    }
    /// The same, as an address or a 32-bit number.
    #[inline]
    pub(crate) fn out32(self, engine: &Engine, index: u32) -> u32 {
        self.out(engine, index) as u32
    }
    /// Address of the place for arguments.
    pub(crate) const fn scratch(self) -> u32 {
        self.0 + SCRATCH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_bits() {
        for v in [0.5, -1.5, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY, f64::NEG_INFINITY, 4_294_967_296.0] {
            assert_eq!(Raw::number(v).kind(), Kind::Double(v));
        }
        assert_eq!(Raw::number(7.0).kind(), Kind::Int(7));
        assert!(matches!(Raw::number(-0.0).kind(), Kind::Double(z) if z.to_bits() == (-0.0_f64).to_bits()));
        assert!(matches!(Raw::number(f64::NAN).kind(), Kind::Double(n) if n.is_nan()));
    }
}

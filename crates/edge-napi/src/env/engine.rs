//! The engine itself: memory, collections, inspection.

use super::{call, value};
use crate::ext_table::HeapStatistics;
use crate::types::napi_value;
use crate::{Env, Result, Value};

impl Env {
    /// Collects cycles.
    pub fn collect_garbage(self) -> Result<()> {
        call!(self, ext.collect_garbage());
        Ok(())
    }
    /// Heap figures.
    pub fn heap_statistics(self) -> Result<HeapStatistics> {
        Ok(call!(self, ext.get_heap_statistics(), -> HeapStatistics::default()))
    }
    /// Runs the finalisers that collections have queued.
    pub fn run_finalizers(self) -> Result<()> {
        call!(self, ext.run_finalizers());
        Ok(())
    }
    /// Tells the engine of memory outside of its heap that its objects hold on to; the sum.
    pub fn adjust_external_memory(self, change: i64) -> Result<i64> {
        Ok(call!(self, js.napi_adjust_external_memory(change), -> 0))
    }
    /// Sets the local time zone: an IANA name or a POSIX `TZ` text; what is neither is UTC.
    pub fn set_time_zone(self, name: &str) -> Result<()> {
        let name = self.string(name)?;
        call!(self, ext.set_time_zone(name.0));
        Ok(())
    }
    /// Target and handler of a proxy (`None` both: revoked); `None` when it is no proxy.
    pub fn proxy_details(self, v: Value) -> Result<Option<(Value, Value)>> {
        if self.class_kind(v)? != crate::ClassKind::Proxy {
            return Ok(None);
        }
        let (mut target, mut handler) = (napi_value::NULL, napi_value::NULL);
        // SAFETY: a live environment; both out pointers live for the call.
        super::check(unsafe { (self.ext().get_proxy_details)(self.raw(), v.0, &mut target, &mut handler) })?;
        Ok(Some((Value(target), Value(handler))))
    }
    /// Flat entries of a collection or its iterator, and whether they are pairs; undefined for anything else.
    pub fn preview_entries(self, v: Value) -> Result<(Value, bool)> {
        let mut is_key_value = false;
        let entries = call!(self, ext.preview_entries(v.0), &mut is_key_value => napi_value::NULL);
        Ok((Value(entries), is_key_value))
    }
    /// Own keys that are no array indices; filter 0 all, 2 enumerable only.
    pub fn own_non_index_properties(self, v: Value, filter: u32) -> Result<Value> {
        value!(self, ext.get_own_non_index_properties(v.0, filter))
    }
}

//! [`QuickJs`], the provider: isolates made fresh or from an image, and what can be done with one as a whole.

use crate::host_table::Entry;
use crate::image::{Check, Image, PREFAULT};
use crate::inner::Inner;
use crate::napi::reference;
use crate::native_call::{Bridge, Link};
use crate::slots::{FIRST, State};
use crate::{Config, Engine, KillHandle, Poison};
use edge_napi::{Env, ImageError, IsolateOptions, NativeTable, Tables};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Node-API and the extensions, over this engine.
pub static TABLES: Tables = Tables { js: crate::napi::TABLE, ext: crate::ext::TABLE };

/// Bytes that the heap may grow by before cycles are looked for: a start shall not collect.
const GC_STEP: u64 = 8 << 20;

/// QuickJS-NG as an engine of [`edge_napi`].
#[derive(Clone, Copy, Debug, Default)]
pub struct QuickJs;

/// An opened image of this engine.
struct QuickJsImage(Image);

impl edge_napi::Image for QuickJsImage {
    fn section(&self, name: &str) -> Option<&[u8]> {
        self.0.section(name)
    }
    fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }
    fn heap_size(&self) -> u64 {
        self.0.memory_size()
    }
    fn content_hash(&self) -> u128 {
        self.0.content_hash()
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl QuickJs {
    /// An image from bytes (of [`edge_napi::Isolate::snapshot`]), whose content is checked as a whole.
    ///
    /// # Errors
    /// What is wrong with the image.
    pub fn image_from_bytes(&self, bytes: &[u8], natives: &'static NativeTable) -> Result<Arc<dyn edge_napi::Image>, ImageError> {
        Ok(Arc::new(QuickJsImage(Image::from_bytes(bytes, &stamp(natives), Check::Content)?)))
    }
}

/// One engine with its environment.
struct QuickJsIsolate {
    inner: Box<Inner>,
    link: Link,
}

struct QuickJsKill {
    handle: KillHandle,
    terminate: Arc<AtomicBool>,
}

/// The natives as the image's stamp: another table is another stamp.
fn stamp(natives: &NativeTable) -> [u8; 32] {
    let mut stamp = [0; 32];
    stamp[..8].copy_from_slice(&natives.hash().to_le_bytes());
    stamp[8..16].copy_from_slice(&(natives.len() as u64).to_le_bytes());
    stamp
}

fn config(options: &IsolateOptions) -> Config {
    // The engine counts what it must leave of the thread's stack, the options what it may use; it always leaves its own reserve.
    let stack = edge_wasix::trap::stack_bounds().map_or(0, |bounds| bounds.high - bounds.low);
    let reserve = (stack / 8).min(2 << 20);
    let stack_reserve = match options.stack_limit {
        0 => 0,
        limit => stack.saturating_sub(limit).max(reserve),
    };
    Config { memory_limit: options.memory_limit.min(4 << 30), stack_reserve }
}

impl QuickJsIsolate {
    /// Ties an engine whose runtime is there to a new environment.
    fn new(engine: Box<Engine>, link: Link, natives: &'static NativeTable, options: &IsolateOptions) -> Result<Self, String> {
        let poisoned = |engine: &Engine| engine.poison().map_or_else(|| "the engine is poisoned".to_owned(), |why| why.to_string());
        let address = engine.edge_state().map_err(|_| poisoned(&engine))?;
        let state = State::at(&engine, address).ok_or("the engine's state lies outside of its memory")?;
        let base = u32::try_from(natives.len()).map_err(|_| "too many natives")?;
        engine.edge_set_function_base(base).map_err(|_| poisoned(&engine))?;
        engine.edge_heap_statistics().map_err(|_| poisoned(&engine))?;
        let threshold = u32::try_from(state.out(&engine, 0).saturating_add(GC_STEP)).unwrap_or(u32::MAX);
        let memory_limit = config(options).memory_limit;
        // What lies outside of the heap (stack, constants, the allocator's own) stays as large as it is now.
        let outside = engine.memory_size().saturating_sub(state.out(&engine, 0));
        let heap_limit = u32::try_from(memory_limit.saturating_sub(outside)).unwrap_or(u32::MAX);
        engine.edge_set_limits(heap_limit, threshold).map_err(|_| poisoned(&engine))?;
        let inner = Inner::new(engine, state, natives, Arc::default(), memory_limit);
        link.set(Some(&raw const *inner));
        Ok(Self { inner, link })
    }
}

impl edge_napi::Engine for QuickJs {
    fn name(&self) -> &'static str {
        "quickjs-ng"
    }

    fn version(&self) -> &'static str {
        crate::VERSION
    }

    fn create(&self, natives: &'static NativeTable, options: &IsolateOptions) -> Result<Box<dyn edge_napi::Isolate>, String> {
        let link = Link::default();
        let engine = Engine::new(config(options), Box::new(Bridge::of_fresh(link.clone()))).map_err(|error| error.to_string())?;
        match engine.edge_init() {
            Ok(0) => {}
            Ok(_) => return Err("no memory for the engine's runtime".into()),
            Err(_) => return Err(engine.poison().map_or_else(String::new, |why| why.to_string())),
        }
        Ok(Box::new(QuickJsIsolate::new(engine, link, natives, options)?))
    }

    fn open_image(&self, path: &Path, natives: &'static NativeTable) -> Result<Arc<dyn edge_napi::Image>, ImageError> {
        Ok(Arc::new(QuickJsImage(Image::open(path, &stamp(natives), Check::Head)?)))
    }

    fn image_from_bytes(&self, bytes: &[u8], natives: &'static NativeTable) -> Result<Arc<dyn edge_napi::Image>, ImageError> {
        // The inherent one, which callers that know the engine need no trait for.
        Self::image_from_bytes(self, bytes, natives)
    }

    fn restore(
        &self,
        image: &Arc<dyn edge_napi::Image>,
        natives: &'static NativeTable,
        options: &IsolateOptions,
    ) -> Result<Box<dyn edge_napi::Isolate>, String> {
        let image = image.as_any().downcast_ref::<QuickJsImage>().ok_or("the image is another engine's")?;
        let link = Link::default();
        let engine =
            Engine::restore(&image.0, config(options), Box::new(Bridge::of_restored(link.clone()))).map_err(|error| error.to_string())?;
        Ok(Box::new(QuickJsIsolate::new(engine, link, natives, options)?))
    }
}

/// What of the host's keeps an image from being taken, by name and number.
fn alive(entries: &[Entry]) -> String {
    let mut counts = std::collections::BTreeMap::new();
    for entry in entries {
        let name = match entry {
            // SAFETY: both are of one call, and an entry is in the table until its finaliser runs.
            Entry::Pointer(pointer) => unsafe { edge_napi::state_name(pointer.data, pointer.hint) }.unwrap_or("native object"),
            _ => "run-time function",
        };
        *counts.entry(name).or_insert(0u32) += 1;
    }
    let list: Vec<_> =
        counts.iter().map(|(name, count)| if *count == 1 { (*name).to_owned() } else { format!("{name} ({count})") }).collect();
    format!("objects with native state are alive: {}", list.join(", "))
}

impl edge_napi::Isolate for QuickJsIsolate {
    fn env(&self) -> Env {
        self.inner.env()
    }

    fn snapshot(&self, sections: &[(&str, &[u8])]) -> Result<Vec<u8>, String> {
        let e = &*self.inner;
        if e.is_closing() {
            return Err("the isolate is closing".into());
        }
        if !e.frames.borrow().is_empty() || !e.scopes.borrow().is_empty() {
            return Err("a native call or a handle scope is open".into());
        }
        if e.state.has_exception(&e.engine) {
            return Err("an exception is pending".into());
        }
        if e.engine.edge_has_microtasks().map_err(|_| "closing")? != 0 {
            return Err("jobs are queued".into());
        }
        e.engine.edge_close_scope(FIRST).map_err(|_| "closing")?;
        e.engine.edge_collect_garbage().map_err(|_| "closing")?;
        reference::run_finalizers(e).map_err(|status| format!("{status:?}"))?;
        if e.pointers.live() != 0 {
            return Err(alive(&e.pointers.entries()));
        }
        e.engine.edge_prepare_snapshot().map_err(|_| "closing")?;
        e.engine.snapshot(&stamp(e.natives), sections)
    }

    fn image_with_writes(&self, image: &dyn edge_napi::Image) -> Result<Vec<u8>, String> {
        let image = image.as_any().downcast_ref::<QuickJsImage>().ok_or("the image is another engine's")?;
        image.0.with_section(PREFAULT, &self.inner.engine.changed_pages(&image.0))
    }

    fn kill_handle(&self) -> Arc<dyn edge_napi::Kill> {
        Arc::new(QuickJsKill { handle: self.inner.engine.kill_handle(), terminate: Arc::clone(&self.inner.terminate) })
    }

    fn poisoned(&self) -> Option<edge_napi::Poison> {
        self.inner.engine.poison().map(|why| match why {
            Poison::Killed => edge_napi::Poison::Killed,
            Poison::HostPanic => edge_napi::Poison::Panic,
            Poison::OutOfMemory => edge_napi::Poison::OutOfMemory,
            _ => edge_napi::Poison::Trap,
        })
    }

    fn leave_thread(&self) {
        self.inner.engine.leave_thread();
    }

    fn join_thread(&self) -> Result<(), String> {
        self.inner.engine.join_thread().map_err(|error| error.to_string())
    }

    fn reseed(&self) {
        let _ = self.inner.engine.edge_reseed();
    }
}

impl Drop for QuickJsIsolate {
    /// Native state goes with the environment: every finaliser that has not run does, and finds a closing environment.
    fn drop(&mut self) {
        let e = &*self.inner;
        e.closed.set(true);
        loop {
            let posted = e.posted.borrow_mut().pop();
            let pointer = match posted {
                Some(pointer) => pointer,
                None => match e.pointers.take_any() {
                    Some(Entry::Pointer(pointer)) => pointer,
                    Some(_) => continue,
                    None => match e.instance_data.take() {
                        Some(pointer) => pointer,
                        None => break,
                    },
                },
            };
            reference::finalize(e, pointer);
        }
        self.link.set(None);
    }
}

impl edge_napi::Kill for QuickJsKill {
    fn terminate(&self) {
        self.terminate.store(true, Ordering::SeqCst);
        self.handle.interrupt();
    }
    fn cancel_terminate(&self) {
        self.terminate.store(false, Ordering::SeqCst);
    }
    fn kill(&self) {
        self.handle.kill();
    }
}

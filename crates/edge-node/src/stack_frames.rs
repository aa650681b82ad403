//! Where JavaScript is, for the options that show it (`--trace-exit`, `--trace-sync-io`, `--trace-env-js-stack`): one text for each
//! frame, as V8 tells them to native code, with a function's own name and nothing of its receiver.

use crate::Environment;
use edge_napi::{Result, Value};
use std::cell::Cell;
use std::rc::Rc;

/// V8's length of a stack when nothing else is asked for.
const DEFAULT_LIMIT: u32 = 10;
/// The most frames, whatever is asked for.
const LARGEST_LIMIT: u32 = 1 << 16;

/// Whether frames are being read: the program may have put functions of its own into call sites, which end here.
#[derive(Default)]
struct Reading(Cell<bool>);

/// Whether the loop has begun and not ended, for `--trace-sync-io`.
#[derive(Default)]
pub(crate) struct LateSync(pub(crate) Cell<bool>);

impl Environment {
    /// The innermost `limit` frames, innermost first; none when they cannot be read.
    pub(crate) fn stack_frames(self: &Rc<Self>, limit: u32) -> Vec<String> {
        let reading = self.state::<Reading>();
        if reading.0.replace(true) {
            return Vec::new();
        }
        let frames = self.read_frames(limit).unwrap_or_default();
        reading.0.set(false);
        frames
    }

    fn read_frames(self: &Rc<Self>, limit: u32) -> Result<Vec<String>> {
        let env = self.env();
        let _scope = env.scope()?;
        let mut frames = Vec::new();
        for site in env.array_values(env.call_sites(limit.min(LARGEST_LIMIT))?)? {
            let _scope = env.scope()?;
            let text = |method: &str| -> Result<String> {
                let value: Value = env.call_method(site, method, &[])?;
                if env.is_nullish(value)? { Ok(String::new()) } else { env.to_string_lossy(value) }
            };
            let script = text("getScriptNameOrSourceURL")?;
            if script.is_empty() {
                continue;
            }
            let place = format!("{script}:{}:{}", text("getLineNumber")?, text("getColumnNumber")?);
            let function = text("getFunctionName")?;
            frames.push(if function.is_empty() { place } else { format!("{function} ({place})") });
        }
        Ok(frames)
    }

    /// A warning with the stack under it, as long as `--stack-trace-limit` says.
    fn warn_with_stack(self: &Rc<Self>, text: &str) {
        let limit = self.cli().stack_trace_limit.map_or(DEFAULT_LIMIT, |limit| u32::try_from(limit).unwrap_or(0));
        let frames: String = self.stack_frames(limit).iter().map(|frame| format!("    at {frame}\n")).collect();
        self.print_error(&format!("(node:{}) WARNING: {text}\n{frames}\n", self.kernel().pid()));
    }

    /// `--trace-exit`.
    pub(crate) fn trace_exit(self: &Rc<Self>, code: i32) {
        if self.cli().flag("--trace-exit") {
            self.warn_with_stack(&format!("Exited the environment with code {code}"));
        }
    }

    /// `--trace-sync-io`: something synchronous is about to be done.
    pub(crate) fn trace_sync_io(self: &Rc<Self>) {
        if self.cli().traces.sync_io && self.state::<LateSync>().0.get() {
            self.warn_with_stack("Detected use of sync API");
        }
    }

    /// `--trace-env` and `--trace-env-js-stack`: what is done with variables, with the name of one.
    pub(crate) fn trace_env(self: &Rc<Self>, what: &str, name: Option<&[u8]>) {
        let traces = self.cli().traces;
        if !traces.env {
            return;
        }
        let object = name.map_or_else(|| "environment variables".to_owned(), |name| format!("\"{}\"", String::from_utf8_lossy(name)));
        self.print_error(&format!("[--trace-env] {what} {object}\n"));
        if traces.env_stack {
            let frames = self.stack_frames(u32::from(u8::MAX));
            let frames: String = (1..).zip(frames).map(|(number, frame)| format!("{number}: {frame}\n")).collect();
            self.print_error(&format!("\n----- JavaScript stack trace -----\n\n{frames}\n\n"));
        }
    }
}

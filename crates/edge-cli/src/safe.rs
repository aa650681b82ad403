//! `--safe`: a program that gets nothing of the host but what is named.
//!
//! The kernel that this executable starts with sees the host. It opens the boot image and reads the script and the policy; the program
//! gets another one, made from the policy, and nothing that leads back to the first. What the program is told of the host (its path, its
//! name, its arguments) is made up here.

use crate::safe_options::{SafeOptions, read_policy};
use edge_napi::{Engine, IsolateOptions};
use edge_node::{BootImage, Options, Program};
use edge_policy::{Document, PolicyError};
use edge_wasix::fs::ReadOnly;
use edge_wasix::{Errno, Kernel, Limits, MemoryFs, Policy, Stdio};
use std::sync::Arc;

/// `process.execPath` of a sandboxed program.
pub const GUEST_EXECUTABLE: &str = "/usr/bin/edge-node";
/// Node's exit code for a command line that cannot be.
const BAD_OPTION: i32 = 9;
const NO_KERNEL: i32 = 10;
/// The largest script and policy file.
const MAX_TEXT: usize = 256 << 20;
/// Endings that Node adds to a script's name.
const ENDINGS: &[&str] = &["", ".js", ".json", ".cjs", ".mjs", ".ts"];

/// Runs the command line in a sandbox; the exit code.
pub fn run(
    engine: &dyn Engine,
    image: Option<BootImage>,
    host: &Kernel,
    isolate: IsolateOptions,
    limits: Limits,
    args: Vec<String>,
) -> i32 {
    let complain = |text: &str| {
        // Standard error that is closed or full loses the text.
        let _ = host.write(2, format!("edge-node: {text}\n").as_bytes(), None);
    };
    let sandbox = match SafeOptions::read(&args).and_then(|options| Sandbox::prepare(host, options, limits)) {
        Ok(sandbox) => sandbox,
        Err(text) => {
            complain(&text);
            return BAD_OPTION;
        }
    };
    let kernel = match sandbox.kernel() {
        Ok(kernel) => kernel,
        Err(errno) => {
            complain(&format!("no sandbox: {}", errno.message()));
            return NO_KERNEL;
        }
    };
    let program = Program {
        engine,
        image,
        kernel,
        exec_path: GUEST_EXECUTABLE.to_owned(),
        argv0: "edge-node".to_owned(),
        owns_process: true,
        missing_module_hint: sandbox.hint.unwrap_or_default(),
        isolate,
    };
    edge_node::run_cli(program, &sandbox.args)
}

/// A machine for one program, and what to run on it.
struct Sandbox {
    policy: Policy,
    /// Read-only files of its own: guest folder, file name, contents.
    script: Option<(&'static str, String, Vec<u8>)>,
    cwd: Option<Vec<u8>>,
    args: Vec<String>,
    hint: Option<String>,
    limits: Limits,
}

impl Sandbox {
    /// # Errors
    /// What is wrong with the command line, for a person.
    fn prepare(host: &Kernel, options: SafeOptions, limits: Limits) -> Result<Sandbox, String> {
        let here = host.cwd().map_err(|errno| format!("the working directory: {}", errno.message()))?;
        let mut document = Document::default();
        let mut base = here.clone();
        for path in options.policy_files() {
            let tell = |error: PolicyError| format!("{path}: {error}");
            let bytes = host.read_file(path.as_bytes(), MAX_TEXT).map_err(|errno| format!("{path}: {}", errno.message()))?;
            document = read_policy(path, &String::from_utf8_lossy(&bytes)).map_err(tell)?;
            let real = host.realpath(path.as_bytes()).map_err(|errno| format!("{path}: {}", errno.message()))?;
            base = parent(&real).to_vec();
        }
        // What a file names starts from the file's folder, what an option names from the working directory.
        document.resolve_volumes(&base);
        options.add_to(&mut document);
        let policy = document.policy(host, &here).map_err(|error| error.to_string())?;
        // Of what the file and the command line say the stricter holds.
        let limits = document.limits().map_err(|error| error.to_string())?.min(&limits);
        let mut sandbox = Sandbox { policy, script: None, cwd: None, args: Vec::new(), hint: None, limits };
        sandbox.cwd = sandbox.guest_path(&here);
        let mut rest = options.rest;
        let marked = rest.first().is_some_and(|word| word == "--");
        let words: Vec<String> = options.node.iter().cloned().chain(rest.iter().cloned()).collect();
        // A wrong command line is told by whoever runs it.
        let has_script = Options::parse(None, &words).is_ok_and(|cli| !cli.has_eval_string && !cli.flag("--test") && !cli.flag("--help"));
        if let Some(script) = rest.get_mut(usize::from(marked)).filter(|script| has_script && *script != "-" && *script != "inspect") {
            *script = sandbox.place(host, script)?;
        }
        sandbox.args = options.node.into_iter().chain(rest).collect();
        Ok(sandbox)
    }

    /// Where the guest finds the script: in a volume, or else in memory, where it is copied to, alone.
    fn place(&mut self, host: &Kernel, script: &str) -> Result<String, String> {
        let is_guest_path = self.policy.volumes().iter().any(|volume| {
            let inner = script.as_bytes().strip_prefix(volume.guest.as_slice());
            inner.is_some_and(|inner| inner.starts_with(b"/") || volume.guest.ends_with(b"/"))
        });
        if is_guest_path {
            return Ok(script.to_owned());
        }
        let found = ENDINGS.iter().find_map(|ending| {
            let path = host.realpath(format!("{script}{ending}").as_bytes()).ok()?;
            let is_file = host.stat(&path).is_ok_and(|stat| !stat.is_dir());
            is_file.then_some((path, ending))
        });
        let folder = if self.policy.volumes().iter().any(|volume| volume.guest.starts_with(b"/app")) { "/script" } else { "/app" };
        let name = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        let Some((real, ending)) = found else {
            if host.stat(script.as_bytes()).is_ok_and(|stat| stat.is_dir()) {
                return Err(format!("{script} is a folder: name it with --volume {script}:/app, and the script in it as /app/…"));
            }
            // Node says itself what is missing.
            return Ok(format!("{folder}/{}", name(script)));
        };
        if let Some(guest) = self.guest_path(&real) {
            return String::from_utf8(guest).map_err(|_| format!("{script}: its name is not Unicode"));
        }
        let contents = host.read_file(&real, MAX_TEXT).map_err(|errno| format!("{script}: {}", errno.message()))?;
        let file = format!("{}{ending}", name(script));
        let near = parent(script.as_bytes());
        let near = if near.is_empty() { ".".into() } else { String::from_utf8_lossy(near) };
        self.hint = Some(format!("The sandbox has the script alone. To let it read the script's folder: --volume {near}:/app"));
        let guest = format!("{folder}/{file}");
        self.script = Some((folder, file, contents));
        self.cwd.get_or_insert_with(|| folder.as_bytes().to_vec());
        Ok(guest)
    }

    /// The guest's path of a host's real path that lies in a volume.
    fn guest_path(&self, real: &[u8]) -> Option<Vec<u8>> {
        let volumes = self.policy.volumes().iter();
        let inside = volumes.filter_map(|volume| {
            let rest = real.strip_prefix(volume.host.as_os_str().as_encoded_bytes())?;
            let guest = volume.guest.strip_suffix(b"/").unwrap_or(&volume.guest);
            (rest.is_empty() || rest.starts_with(b"/")).then(|| (rest.len(), [guest, rest].concat()))
        });
        // The innermost volume, which has the least left of the path.
        let (_, guest) = inside.min_by_key(|found| found.0)?;
        Some(if guest.is_empty() { b"/".to_vec() } else { guest })
    }

    fn kernel(&self) -> Result<Arc<Kernel>, Errno> {
        let args = std::iter::once(GUEST_EXECUTABLE.to_owned()).chain(self.args.iter().cloned());
        let mut builder = Kernel::builder().policy(self.policy.clone()).limits(self.limits).stdio(Stdio::Own).args(args);
        if let Some((folder, name, contents)) = &self.script {
            builder = builder.mount(folder, ReadOnly::new(MemoryFs::new().with_file(name, contents)?));
        }
        if let Some(cwd) = &self.cwd {
            builder = builder.cwd(cwd);
        }
        builder.build()
    }
}

/// All before the last slash; empty without one, `/` for what is in the root.
fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(0) => b"/",
        Some(slash) => &path[..slash],
        None => b"",
    }
}

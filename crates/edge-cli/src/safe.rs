//! `--safe`: a program that gets nothing of the host but what is named.
//!
//! The kernel that this executable starts with sees the host. It opens the boot image and reads the script and the policy; the program
//! gets another one, made from the policy, and nothing that leads back to the first. What the program is told of the host (its path, its
//! name, its arguments) is made up here.

use crate::image;
use crate::permission;
use crate::safe_options::{SafeOptions, read_policy};
use edge_napi::{Engine, IsolateOptions};
use edge_node::{BootImage, Options, Program};
use edge_policy::{Document, PolicyError, Script};
use edge_wasix::audit::Observer;
use edge_wasix::fs::ReadOnly;
use edge_wasix::{BuildError, GUEST_EXECUTABLE, HANDOVER_OPTION, Handover, Kernel, Limits, MemoryFs, Policy, Stdio, wall};
use std::sync::Arc;

/// Node's exit code for a command line that cannot be.
const BAD_OPTION: i32 = 9;
const NO_KERNEL: i32 = 10;
/// The largest script and policy file.
const MAX_TEXT: usize = 256 << 20;
/// Endings that Node adds to a script's name.
pub const ENDINGS: &[&str] = &["", ".js", ".json", ".cjs", ".mjs", ".ts"];

/// What the sandboxed program that started this one says, if one did. Ends the process when that cannot be read.
pub fn handover(args: &[Vec<u8>]) -> Option<Handover> {
    let number = args.get(1)?.strip_prefix(HANDOVER_OPTION.as_bytes())?;
    let number = std::str::from_utf8(number).ok().and_then(|text| text.parse().ok()).unwrap_or(-1);
    match Handover::inherited(number) {
        Ok(handover) => Some(handover),
        Err(_) => edge_wasix::fail("edge-node: no sandbox was handed over\n", BAD_OPTION),
    }
}

/// Runs the command line in a sandbox; the exit code. `log` is told what the policy decides.
#[expect(clippy::too_many_arguments, reason = "all of what main has opened")]
pub fn run(
    engine: &dyn Engine,
    image: Option<BootImage>,
    host: &Kernel,
    isolate: IsolateOptions,
    limits: Limits,
    args: Vec<String>,
    handover: Option<Handover>,
    log: Option<Arc<dyn Observer>>,
) -> i32 {
    let complain = |text: &str| {
        // Standard error that is closed or full loses the text.
        let _ = host.write(2, format!("edge-node: {text}\n").as_bytes(), None);
    };
    let sandbox = match handover {
        Some(handover) => Sandbox::of_child(host, handover, args, limits),
        None => SafeOptions::read(&args).and_then(|options| match options.is_permission_model() {
            true => Sandbox::of_permissions(host, args, limits),
            false => Sandbox::prepare(host, options, limits),
        }),
    };
    let sandbox = match sandbox {
        Ok(sandbox) => sandbox,
        Err(text) => {
            complain(&text);
            return BAD_OPTION;
        }
    };
    let kernel = match sandbox.kernel() {
        Ok(kernel) => kernel,
        Err(error) => {
            complain(&format!("no sandbox: {error}"));
            return NO_KERNEL;
        }
    };
    if let Some(log) = log {
        kernel.observe(log);
    }
    // All that the run needs of the host is open now: the image, the volumes, the standard streams, the log.
    let executable = host.executable().unwrap_or_default();
    let image_path = image::path(host, &String::from_utf8_lossy(&executable)).map(String::into_bytes);
    let needs = wall::Needs { of_children: [Some(executable), image_path].into_iter().flatten().map(wall::host_path).collect() };
    let wall = wall::raise(kernel.policy(), &needs);
    if let Some(text) = wall.warning() {
        complain(&format!("warning: {text}"));
    }
    // The permission model hides nothing but files.
    let exec_path = match sandbox.policy.grants_host_processes() {
        true => host.executable().map_or_else(|_| GUEST_EXECUTABLE.to_owned(), |path| String::from_utf8_lossy(&path).into_owned()),
        false => GUEST_EXECUTABLE.to_owned(),
    };
    let program = Program {
        engine,
        image,
        kernel,
        exec_path,
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
    /// A read-only file of its own.
    script: Option<Script>,
    cwd: Option<Vec<u8>>,
    /// Besides what the policy says.
    env: Vec<(Vec<u8>, Vec<u8>)>,
    fds: Vec<i32>,
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
        document.limits = document.limits.min(&limits);
        let limits = document.limits;
        let mut sandbox =
            Sandbox { policy, script: None, cwd: None, env: Vec::new(), fds: Vec::new(), args: Vec::new(), hint: None, limits };
        sandbox.cwd = sandbox.guest_path(&here).or_else(|| sandbox.same_place(&here));
        let mut rest = options.rest;
        let marked = rest.first().is_some_and(|word| word == "--");
        let words: Vec<String> = options.node.iter().cloned().chain(rest.iter().cloned()).collect();
        // A wrong command line is told by whoever runs it.
        let has_script = Options::parse(None, &words).is_ok_and(|cli| !cli.has_eval_string && !cli.flag("--test") && !cli.flag("--help"));
        if let Some(script) = rest.get_mut(usize::from(marked)).filter(|script| has_script && *script != "-" && *script != "inspect") {
            *script = sandbox.place(host, script)?;
        }
        sandbox.args = options.node.into_iter().chain(rest).collect();
        sandbox.policy = sandbox_policy(&document, host, &here, sandbox.script.as_ref())?;
        Ok(sandbox)
    }

    /// What `--permission` asks for.
    fn of_permissions(host: &Kernel, args: Vec<String>, limits: Limits) -> Result<Sandbox, String> {
        let here = host.cwd().map_err(|errno| format!("the working directory: {}", errno.message()))?;
        let mut sandbox =
            Sandbox { policy: Policy::closed(), script: None, cwd: None, env: Vec::new(), fds: Vec::new(), args, hint: None, limits };
        // A wrong command line is told by whoever runs it.
        let node_options = host.getenv(b"NODE_OPTIONS").map(|text| String::from_utf8_lossy(&text).into_owned());
        let Ok(cli) = Options::parse(node_options.as_deref(), &sandbox.args) else { return Ok(sandbox) };
        sandbox.policy = permission::policy(host, &cli, &here)?;
        sandbox.cwd = Some(here);
        let script = cli.args.first().filter(|script| !cli.has_eval_string && *script != "-");
        let found = script.and_then(|script| {
            ENDINGS
                .iter()
                .find_map(|ending| host.realpath(format!("{script}{ending}").as_bytes()).ok().filter(|path| host.mode(path).is_ok()))
        });
        if let Some(real) = found.filter(|real| sandbox.guest_path(real).is_none())
            && let Ok(contents) = host.read_file(&real, MAX_TEXT)
        {
            // The entry point may be read, whatever is granted.
            let name = real.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            sandbox.script = Some(Script { folder: text(parent(&real)), name: text(name), contents });
        }
        Ok(sandbox)
    }

    /// The sandbox of a program that another sandboxed one starts: no wider than that one's, and no option can make it so.
    fn of_child(host: &Kernel, handover: Handover, mut args: Vec<String>, limits: Limits) -> Result<Sandbox, String> {
        let (mut document, script) = Document::from_handover(&handover.document).map_err(|error| error.to_string())?;
        document.limits = document.limits.min(&limits);
        let policy = sandbox_policy(&document, host, b"/", script.as_ref())?;
        let entries = handover.env.iter().filter_map(|entry| {
            // A name may begin with `=`, but the kernel has none that does.
            let at = entry.iter().position(|&byte| byte == b'=').filter(|&at| at > 0)?;
            Some((entry[..at].to_vec(), entry[at + 1..].to_vec()))
        });
        // The first word is the handover's.
        args.remove(0);
        Ok(Sandbox {
            policy,
            script,
            cwd: Some(handover.cwd),
            env: entries.collect(),
            fds: handover.fds,
            args,
            hint: None,
            limits: document.limits,
        })
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
        self.script = Some(Script { folder: folder.to_owned(), name: file, contents });
        self.cwd.get_or_insert_with(|| folder.as_bytes().to_vec());
        Ok(guest)
    }

    /// The guest's path of a host's real path that lies in a volume.
    fn guest_path(&self, real: &[u8]) -> Option<Vec<u8>> {
        let volumes = self.policy.volumes().iter();
        let inside = volumes.filter_map(|volume| {
            let host = volume.host.as_os_str().as_encoded_bytes();
            let rest = real.strip_prefix(host.strip_suffix(b"/").unwrap_or(host))?;
            let guest = volume.guest.strip_suffix(b"/").unwrap_or(&volume.guest);
            (rest.is_empty() || rest.starts_with(b"/")).then(|| (rest.len(), [guest, rest].concat()))
        });
        // The innermost volume, which has the least left of the path.
        let (_, guest) = inside.min_by_key(|found| found.0)?;
        Some(if guest.is_empty() { b"/".to_vec() } else { guest })
    }

    /// The host's folder, where the guest has one of its own at the same place: a folder in memory, or what is above volumes that are there
    /// at their host's paths.
    fn same_place(&self, folder: &[u8]) -> Option<Vec<u8>> {
        let is_below = |path: &[u8]| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(b"/"));
        let has_volume = self
            .policy
            .volumes()
            .iter()
            .any(|volume| is_below(&volume.guest) && volume.guest == volume.host.as_os_str().as_encoded_bytes());
        // Every sandbox has a /tmp.
        let has_memory = folder != b"/tmp" && self.policy.memory_folders().iter().any(|guest| guest == folder);
        (has_volume || has_memory).then(|| folder.to_vec())
    }

    fn kernel(&self) -> Result<Arc<Kernel>, BuildError> {
        let args = std::iter::once(GUEST_EXECUTABLE.to_owned()).chain(self.args.iter().cloned());
        let mut builder = Kernel::builder().policy(self.policy.clone()).limits(self.limits).stdio(Stdio::Own).args(args);
        builder = builder.adopt_fds(self.fds.clone());
        if self.policy.grants_host_environment() {
            // The permission model leaves a program what its parent gave it.
            builder = builder.inherit_fds();
        }
        if let Some(script) = &self.script {
            let file = MemoryFs::new().with_file(&script.name, &script.contents);
            let file = file.map_err(|errno| BuildError { errno, what: script.name.clone() })?;
            builder = builder.mount(&script.folder, ReadOnly::new(file));
        }
        for (name, value) in &self.env {
            builder = builder.env(name, value);
        }
        if let Some(cwd) = &self.cwd {
            // A folder that the program does not see is one it can be in all the same: an empty one.
            if self.guest_path(cwd).is_none()
                && self.script.as_ref().is_none_or(|script| script.folder.as_bytes() != cwd.as_slice())
                && self.policy.grants_host_environment()
            {
                builder = builder.mount(cwd, ReadOnly::new(MemoryFs::new()));
            }
            builder = builder.cwd(cwd);
        }
        builder.build_explained()
    }
}

/// What the document grants, with children as sandboxed as their parent where it grants those.
fn sandbox_policy(document: &Document, host: &Kernel, base: &[u8], script: Option<&Script>) -> Result<Policy, String> {
    let executable = host.executable().map_err(|errno| format!("the executable: {}", errno.message()))?;
    // Where this executable found its boot image its children find it too.
    let variables = host.getenv(b"EDGE_BOOT_IMAGE").map(|path| [b"EDGE_BOOT_IMAGE=".as_slice(), &path].concat());
    document.sandbox_policy(host, base, &executable, variables.into_iter().collect(), script).map_err(|error| error.to_string())
}

/// All before the last slash; empty without one, `/` for what is in the root.
fn parent(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(0) => b"/",
        Some(slash) => &path[..slash],
        None => b"",
    }
}

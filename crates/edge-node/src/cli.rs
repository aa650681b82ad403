//! The command line of `node`: which of the library's main scripts runs (Node's `StartExecution`).

use crate::options::ConfigFile;
use crate::runtime::Runtime;
use crate::{BootImage, EnvironmentOptions, OptionError, Options, heap_limit, limit_process, package_script, parse_env_text};
use edge_napi::{Engine, IsolateOptions, Poison};
use edge_wasix::Kernel;
use std::sync::Arc;

/// What the executable adds to the command line.
pub struct Program<'a> {
    /// The engine to run on.
    pub engine: &'a dyn Engine,
    /// The image to start from, if there is one.
    pub image: Option<BootImage>,
    /// The system-call layer.
    pub kernel: Arc<Kernel>,
    /// `process.execPath`.
    pub exec_path: String,
    /// The program's name as it was called.
    pub argv0: String,
    /// Whether `process.exit()` may end the whole process.
    pub owns_process: bool,
    /// What to add to an error about a module that is not there ([`EnvironmentOptions::missing_module_hint`]).
    pub missing_module_hint: String,
    /// Limits of the isolate; the options may lower its memory.
    pub isolate: IsolateOptions,
}

/// Node's exit code for a bad option.
const BAD_OPTION: i32 = 9;
/// Node's exit code when the library did not boot.
const BOOT_FAILED: i32 = 10;

/// What a shell says of a program that V8 ended (SIGABRT).
const ABORTED: i32 = 134;

/// Node's words for the end of an engine.
const fn fatal_text(poison: Poison) -> &'static str {
    match poison {
        Poison::OutOfMemory => "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        Poison::Killed => "FATAL ERROR: the engine was killed",
        Poison::Trap => "FATAL ERROR: the engine trapped, which is a bug of this build",
        Poison::Panic => "FATAL ERROR: a native function panicked, which is a bug of this build",
    }
}

/// Runs `node` with these arguments (without the program's name); the exit code.
#[must_use]
pub fn run_cli(program: Program<'_>, args: &[String]) -> i32 {
    let kernel = program.kernel.clone();
    let _under_limits = if program.owns_process {
        match limit_process(&kernel) {
            Ok(guard) => Some(guard),
            Err(error) => {
                kernel.last_words(&format!("edge-node: no watchdog: {error}\n"));
                return BOOT_FAILED;
            }
        }
    } else {
        None
    };
    let complain = |text: &str| {
        // Standard error that is closed or full loses the text.
        let _ = kernel.write(2, text.as_bytes(), None);
    };
    let refuse = |errors: Vec<String>| {
        complain(&OptionError { errors, ..OptionError::default() }.report(&program.argv0));
        BAD_OPTION
    };
    // Files that the command line names come first: they may hold `NODE_OPTIONS`. A wrong command line is told below.
    let first = Options::parse(None, args).unwrap_or_default();
    let environ = kernel.environ();
    if let Err(missing) = load_env_files(&kernel, &first) {
        return refuse(missing);
    }
    let config = match load_config_file(&kernel, &first) {
        Ok(config) => config,
        Err((text, error)) => {
            complain(&text);
            return refuse(vec![error]);
        }
    };
    let node_options = kernel.getenv(b"NODE_OPTIONS").map(|text| String::from_utf8_lossy(&text).into_owned());
    let mut cli = match Options::parse_with(config, node_options.as_deref(), args) {
        Ok(cli) => cli,
        Err(error) => {
            complain(&error.report(&program.argv0));
            return BAD_OPTION;
        }
    };
    cli.apply_variables(|name| kernel.getenv(name.as_bytes()).map(|text| String::from_utf8_lossy(&text).into_owned()));
    if cli.flag("--permission") && !kernel.is_confined() {
        // Only a command line can ask for it: a kernel must be made for it.
        return refuse(vec!["--permission is not supported by Edge.js in NODE_OPTIONS: it would not be enforced".to_owned()]);
    }
    if !cli.text("--run").is_empty() {
        return package_script::run(&kernel, environ, cli.text("--run"), args);
    }
    for (option, why) in cli.without_effect() {
        complain(&format!("(edge-node) Warning: {option} has no effect: {why}\n"));
    }
    if kernel.getenv(b"NODE_DEBUG_NATIVE").is_some_and(|categories| !categories.is_empty()) {
        complain("(edge-node) Warning: NODE_DEBUG_NATIVE has no effect: the native half is not Node's\n");
    }
    if cli.flag("--version") {
        let _ = kernel.write(1, format!("{}\n", edge_node_lib::NODE_VERSION).as_bytes(), None);
        return 0;
    }
    if cli.flag("--v8-options") {
        let text = "edge-node runs on QuickJS-NG, not on V8. V8's options are accepted so that scripts that give them start; they have no effect.\n";
        let _ = kernel.write(1, text.as_bytes(), None);
        return 0;
    }
    if cli.flag("--completion-bash") {
        let _ = kernel.write(1, completion().as_bytes(), None);
        return 0;
    }
    let main = main_script(&kernel, &cli);
    let memory_limit = heap_limit(&kernel, &cli).min(program.isolate.memory_limit).min(kernel.limits().memory.unwrap_or(u64::MAX));
    let isolate = IsolateOptions { memory_limit, ..program.isolate };
    let options = EnvironmentOptions {
        cli,
        exec_path: program.exec_path,
        argv0: program.argv0,
        owns_process: program.owns_process,
        missing_module_hint: program.missing_module_hint,
        ..Default::default()
    };
    let runtime = match Runtime::new(program.engine, program.image.as_ref(), program.kernel, options, &isolate) {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("edge-node: {error}\n"));
            return BOOT_FAILED;
        }
    };
    runtime.isolate().reseed();
    let mut code = runtime.environment().run_main(main);
    if let Some(poison) = runtime.isolate().poisoned() {
        complain(&format!("\n{}\n", fatal_text(poison)));
        code = ABORTED;
    }
    crate::node_api::run_cleanup(runtime.environment());
    if runtime.environment().options().owns_process {
        runtime.environment().kernel().exit(code);
    }
    code
}

/// `--env-file` and `--env-file-if-exists`: later files win, but nothing replaces what the environment has.
///
/// # Errors
/// Each file that is not there, in Node's words.
fn load_env_files(kernel: &Kernel, cli: &Options) -> Result<(), Vec<String>> {
    let mut values: Vec<(String, String)> = Vec::new();
    let mut missing = Vec::new();
    for (option, required) in [("--env-file", true), ("--env-file-if-exists", false)] {
        for path in cli.list(option) {
            match kernel.read_file(path.as_bytes(), usize::MAX) {
                Ok(bytes) => values.extend(parse_env_text(&String::from_utf8_lossy(&bytes))),
                Err(_) if required => missing.push(format!("{path}: not found")),
                Err(_) => {
                    let _ = kernel.write(2, format!("{path} not found. Continuing without it.\n").as_bytes(), None);
                }
            }
        }
    }
    if !missing.is_empty() {
        return Err(missing);
    }
    let present: Vec<bool> = values.iter().map(|(name, _)| kernel.getenv(name.as_bytes()).is_some()).collect();
    for ((name, value), present) in values.iter().zip(present) {
        if !present {
            // A name that the system cannot hold is passed over, as Node does.
            let _ = kernel.setenv(name.as_bytes(), value.as_bytes());
        }
    }
    Ok(())
}

/// `--experimental-config-file` and `--experimental-default-config-file`.
///
/// # Errors
/// What is told of the file, and the line of the program's own.
fn load_config_file(kernel: &Kernel, cli: &Options) -> Result<ConfigFile, (String, String)> {
    let path = match cli.text("--experimental-config-file") {
        "" if cli.flag("--experimental-default-config-file") => "node.config.json",
        "" => return Ok(ConfigFile::default()),
        path => path,
    };
    let bytes = kernel
        .read_file(path.as_bytes(), usize::MAX)
        .map_err(|errno| (format!("Cannot read configuration from {path}: {}\n", errno.message()), format!("{path}: not found")))?;
    ConfigFile::parse(path, &String::from_utf8_lossy(&bytes)).map_err(|text| (text, format!("{path}: invalid content")))
}

/// `--completion-bash`: what the shell is to evaluate.
fn completion() -> String {
    let options = edge_node_lib::OPTIONS.iter().map(|option| option.name).filter(|name| name.starts_with('-'));
    let aliases = edge_node_lib::ALIASES.iter().map(|alias| alias.0).filter(|name| !name.ends_with([' ', '>']));
    let words: Vec<&str> = options.chain(aliases).collect();
    format!(
        "_edge_node() {{\n  local word=\"${{COMP_WORDS[COMP_CWORD]}}\"\n  if [[ \"$word\" == -* ]]; then\n    COMPREPLY=( $(compgen -W '{}' -- \"$word\") )\n  \
         else\n    COMPREPLY=( $(compgen -f \"$word\") )\n  fi\n}}\ncomplete -o filenames -o nospace -o bashdefault -F _edge_node edge-node node\n",
        words.join(" ")
    )
}

/// Which main script runs, in Node's order.
fn main_script(kernel: &Kernel, cli: &Options) -> &'static str {
    let first = cli.args.first().map(String::as_str);
    if first == Some("inspect") {
        return "internal/main/inspect";
    }
    if cli.flag("--help") {
        return "internal/main/print_help";
    }
    if cli.flag("--prof-process") {
        return "internal/main/prof_process";
    }
    if cli.flag("--check") {
        return "internal/main/check_syntax";
    }
    if cli.flag("--test") {
        return "internal/main/test_runner";
    }
    if cli.flag("--watch") {
        return "internal/main/watch_mode";
    }
    if cli.has_eval_string && !cli.flag("--interactive") {
        return "internal/main/eval_string";
    }
    match first {
        Some(script) if script != "-" => "internal/main/run_main_module",
        _ if cli.flag("--interactive") || kernel.guess_handle_type(0) == edge_wasix::fs::HandleType::Tty => "internal/main/repl",
        _ => "internal/main/eval_stdin",
    }
}

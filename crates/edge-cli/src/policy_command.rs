//! `edge policy learn` and `edge policy check`, which this executable does as `--edge-policy learn …` and `--edge-policy check …`.

use crate::safe::ENDINGS;
use crate::safe_options::read_policy;
use edge_node::Options;
use edge_policy::{Learning, PolicyError, learn, line_of};
use edge_wasix::fs::constants::{O_CREAT, O_TRUNC, O_WRONLY};
use edge_wasix::{ChildProgram, ChildStdio, Kernel, parse_name_servers};
use std::time::Duration;

/// The first word of the command line.
pub const POLICY_OPTION: &str = "--edge-policy";
/// A wrong command line or policy.
const WRONG: i32 = 2;
const DENIED: i32 = 1;
const MAX_TEXT: usize = 1 << 30;
const USAGE: &str = "usage: edge policy learn [--out FILE] SCRIPT [ARGUMENT…]\n       edge policy check POLICY read|write|connect|listen|unix|dns|env|run SUBJECT\n";

/// Runs the command; the exit code.
pub fn run(kernel: &Kernel, args: &[String]) -> i32 {
    let done = match args.split_first() {
        Some((word, rest)) if word == "learn" => learn_from(kernel, rest),
        Some((word, rest)) if word == "check" => check(kernel, rest),
        _ => Err(USAGE.to_owned()),
    };
    done.unwrap_or_else(|text| {
        print(kernel, 2, &text);
        WRONG
    })
}

fn print(kernel: &Kernel, fd: i32, text: &str) {
    let mut rest = text.as_bytes();
    // A stream that is closed loses the text.
    while let Ok(count @ 1..) = kernel.write(fd, rest, None) {
        rest = &rest[count..];
    }
}

fn check(kernel: &Kernel, args: &[String]) -> Result<i32, String> {
    let [path, kind, subject] = args else { return Err(USAGE.to_owned()) };
    let about = |reason: String| format!("edge: {path}: {reason}\n");
    let bytes = kernel.read_file(path.as_bytes(), MAX_TEXT).map_err(|errno| about(errno.message().to_owned()))?;
    let text = String::from_utf8_lossy(&bytes);
    let tell = |error: PolicyError| if error.field.is_empty() { format!("edge: {error}\n") } else { about(error.to_string()) };
    let mut document = read_policy(path, &text).map_err(|error| about(error.to_string()))?;
    // The entries as they are written, for the answer.
    let written = document.volumes.clone();
    let real = kernel.realpath(path.as_bytes()).map_err(|errno| about(errno.message().to_owned()))?;
    let folder = String::from_utf8_lossy(&real[..real.iter().rposition(|&byte| byte == b'/').unwrap_or(0)]).into_owned();
    document.resolve_volumes(folder.as_bytes());
    let found = document.explain(kernel, folder.as_bytes(), kind, subject).map_err(tell)?;
    let mut answer = format!("{}: {kind} {subject}: ", if found.allowed { "allowed" } else { "denied" });
    match found.entry {
        Some((index, entry)) => {
            let entry = if found.field == "volumes" { written.get(index).cloned().unwrap_or(entry) } else { entry };
            let line = line_of(&text, found.field, &entry);
            let place = if found.field == "set_env" { format!("set_env.{entry}") } else { format!("{}[{index}] = {entry:?}", found.field) };
            answer.push_str(&place);
            match line {
                Some(line) => answer.push_str(&format!(" ({path}:{line})")),
                // An entry that nobody wrote.
                None => answer.push_str(" (as every policy has it)"),
            }
        }
        None if found.allowed => answer.push_str(found.field),
        None => answer.push_str(&format!("no entry of {} covers it", found.field)),
    }
    if !found.note.is_empty() {
        answer.push_str(&format!("; {}", found.note));
    }
    print(kernel, 1, &format!("{answer}\n"));
    Ok(if found.allowed { 0 } else { DENIED })
}

fn learn_from(kernel: &Kernel, args: &[String]) -> Result<i32, String> {
    let mut args = args;
    let mut out = None;
    if let [word, rest @ ..] = args {
        if let Some(file) = word.strip_prefix("--out=") {
            (out, args) = (Some(file.to_owned()), rest);
        } else if let ("--out", [file, rest @ ..]) = (word.as_str(), rest) {
            (out, args) = (Some(file.clone()), rest);
        }
    }
    let Ok(cli) = Options::parse(None, args) else { return Err(USAGE.to_owned()) };
    if args.is_empty() {
        return Err(USAGE.to_owned());
    }
    let wrong = |what: &str, errno: edge_wasix::Errno| format!("edge: {what}: {}\n", errno.message());
    let executable = kernel.executable().map_err(|errno| wrong("the executable", errno))?;
    let folder = kernel.mkdtemp(b"/tmp/edge-learn-XXXXXX").map_err(|errno| wrong("/tmp", errno))?;
    let log = [folder.as_slice(), b"/log"].concat();
    let run = || -> Result<(i32, Vec<u8>), edge_wasix::Errno> {
        let mut words = vec![b"edge-node".to_vec(), [b"--audit-all=".as_slice(), &log].concat()];
        words.extend(args.iter().map(|arg| arg.clone().into_bytes()));
        // The policy is what this prints; what the program prints goes elsewhere then.
        let output = ChildStdio::Inherit(if out.is_some() { 1 } else { 2 });
        let stdio = vec![ChildStdio::Inherit(0), output, ChildStdio::Inherit(2)];
        let child = kernel.spawn(&ChildProgram { file: executable.clone(), args: words, stdio, ..ChildProgram::default() })?.child?;
        let exit = loop {
            match child.try_wait() {
                Some(exit) => break exit,
                None => edge_wasix::clock::sleep(Duration::from_millis(3)),
            }
        };
        Ok((if exit.signal == 0 { exit.status } else { 128 + exit.signal }, kernel.read_file(&log, MAX_TEXT)?))
    };
    let done = run();
    // What is left of it is in /tmp.
    let _ = kernel.remove_all(&folder);
    let (status, log) = done.map_err(|errno| wrong("the run", errno))?;
    let log = String::from_utf8_lossy(&log);
    if log.contains("\"decision\":\"stopped\"") {
        return Err("edge: the program did too much for one log: the policy would miss some of it\n".to_owned());
    }
    let document = learn(&log, &learning(kernel, &cli, &executable));
    let text = format!("# Learned from a run of: {}\n{}", one_line(args), document.to_toml());
    if status != 0 {
        print(kernel, 2, &format!("edge: the program ended with status {status}: learned is what it did until then\n"));
    }
    match out {
        Some(file) => {
            let flags = O_WRONLY | O_CREAT | O_TRUNC;
            kernel.write_file(file.as_bytes(), text.as_bytes(), flags, 0o644).map_err(|errno| wrong(&file, errno))?;
        }
        None => print(kernel, 1, &text),
    }
    Ok(status)
}

/// The command line as a comment.
fn one_line(args: &[String]) -> String {
    args.join(" ").chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

fn learning(kernel: &Kernel, cli: &Options, executable: &[u8]) -> Learning {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let script = cli.args.first().filter(|script| !cli.has_eval_string && *script != "-");
    let script = script.and_then(|script| {
        let named = ENDINGS.iter().filter_map(|ending| kernel.realpath(format!("{script}{ending}").as_bytes()).ok());
        named.filter(|path| kernel.stat(path).is_ok_and(|stat| stat.is_file())).map(text).next()
    });
    let range = kernel.read_file(b"/proc/sys/net/ipv4/ip_local_port_range", 1 << 10).map(text).unwrap_or_default();
    let mut range = range.split_whitespace().filter_map(|word| word.parse().ok());
    let ephemeral = (range.next().unwrap_or(32768), range.next().unwrap_or(60999));
    Learning {
        script,
        cwd: kernel.cwd().map(text).unwrap_or_else(|_| "/".to_owned()),
        executable: kernel.realpath(executable).map(text).unwrap_or_default(),
        home: kernel.getenv(b"HOME").map(text),
        name_servers: parse_name_servers(&kernel.read_file(b"/etc/resolv.conf", 1 << 20).unwrap_or_default()),
        ephemeral,
    }
}

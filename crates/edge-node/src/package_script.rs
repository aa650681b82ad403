//! `node --run`: a script of `package.json` in a shell of its own (Node's `task_runner`). It runs before any JavaScript does, and reads
//! as little of `package.json` as it must, as Node does: what is wrong behind the script is never seen.

use edge_wasix::poll::{PollSet, Readiness};
use edge_wasix::{Child, ChildProgram, ChildStdio, Errno, Kernel};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Node's exit code for every way in which this can fail.
const FAILED: i32 = 1;

/// What a shell would split or replace.
const SPECIAL: &str = "[\t\n\r \"#$&'()*;<>?\\`|~]";

/// Runs the script `name` of the nearest `package.json`; the exit code. `args` is the whole command line: what follows its first `--` is
/// handed to the script. `environ`: the variables before `--env-file`, which the script does not get.
pub fn run(kernel: &Kernel, environ: Vec<(Vec<u8>, Vec<u8>)>, name: &str, args: &[String]) -> i32 {
    match find(kernel).and_then(|package| package.command(name).map(|command| (package, command))) {
        Ok((package, command)) => start(kernel, environ, name, &package, with_arguments(command, args)),
        Err(text) => {
            complain(kernel, &text);
            FAILED
        }
    }
}

fn complain(kernel: &Kernel, text: &str) {
    // Standard error that is closed or full loses the text.
    let _ = kernel.write(2, text.as_bytes(), None);
}

/// A `package.json` that was found.
struct Package {
    folder: String,
    path: String,
    text: String,
    /// Folders of programs, nearest first, each with a `:` behind it.
    programs: String,
}

/// The nearest `package.json` with something in it, and every `node_modules/.bin` up to the root, which itself is not looked at.
///
/// # Errors
/// Node's text.
fn find(kernel: &Kernel) -> Result<Package, String> {
    let cwd = kernel.cwd().map_err(|errno| format!("cannot get current path: {}\n", errno.message()))?;
    let cwd = String::from_utf8_lossy(&cwd).into_owned();
    let mut package = Package { folder: String::new(), path: String::new(), text: String::new(), programs: String::new() };
    let mut folder = cwd.as_str();
    while !folder.is_empty() && folder != "/" {
        let programs = format!("{folder}/node_modules/.bin");
        if kernel.stat(programs.as_bytes()).is_ok_and(|stat| stat.is_dir()) {
            package.programs.push_str(&programs);
            package.programs.push(':');
        }
        if package.text.is_empty() {
            package.path = format!("{folder}/package.json");
            folder.clone_into(&mut package.folder);
            if let Ok(bytes) = kernel.read_file(package.path.as_bytes(), usize::MAX) {
                package.text = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        folder = folder.rfind('/').map_or("", |at| &folder[..at]);
    }
    if package.text.is_empty() { Err(format!("Can't find package.json for directory {cwd}\n")) } else { Ok(package) }
}

impl Package {
    /// The text of a script.
    ///
    /// # Errors
    /// Node's text.
    fn command(&self, name: &str) -> Result<String, String> {
        let path = &self.path;
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text).trim();
        if text.is_empty() || text.starts_with('{') && (text.len() < 2 || !text.ends_with('}')) {
            return Err(format!("Can't parse {path}\n"));
        }
        if !text.starts_with('{') {
            return Err(format!("Root value unexpected not an object for {path}\n\n"));
        }
        let members = members_of(text);
        let scripts = members.iter().find(|member| member.0 == "scripts").map(|member| member.1.get());
        let Some(scripts) = scripts.filter(|scripts| scripts.starts_with('{')) else {
            return Err(format!("Can't find \"scripts\" field in {path}\n"));
        };
        let scripts = members_of(scripts);
        let command = scripts.iter().find(|script| script.0 == name).map(|script| script.1.get());
        if let Some(Ok(command)) = command.map(serde_json::from_str::<String>) {
            return Ok(command);
        }
        if command.is_some_and(|command| !command.starts_with('"')) {
            return Err(format!("Script \"{name}\" is unexpectedly not a string for {path}\n\n"));
        }
        let available = scripts.iter().filter_map(|(key, raw)| {
            let command: String = serde_json::from_str(raw.get()).ok()?;
            Some(format!("  {key}: {command}\n"))
        });
        let available: String = available.collect();
        Err(format!("Missing script: \"{name}\" for {path}\n\nAvailable scripts are:\n{available}"))
    }
}

/// The members of an object in their order, as far as it can be read.
fn members_of(text: &str) -> Vec<(String, Box<RawValue>)> {
    struct Collect<'a>(&'a mut Vec<(String, Box<RawValue>)>);
    impl<'de> Visitor<'de> for Collect<'_> {
        type Value = ();
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(member) = map.next_entry()? {
                self.0.push(member);
            }
            Ok(())
        }
    }
    impl<'de> DeserializeSeed<'de> for Collect<'_> {
        type Value = ();
        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
            deserializer.deserialize_map(self)
        }
    }
    let mut members = Vec::new();
    // What cannot be read ends the list.
    let _ = Collect(&mut members).deserialize(&mut serde_json::Deserializer::from_str(text));
    members
}

/// The command with what follows the first `--`.
fn with_arguments(mut command: String, args: &[String]) -> String {
    for arg in args.iter().skip_while(|arg| *arg != "--").skip(1) {
        command.push(' ');
        command.push_str(&escape(arg));
    }
    command
}

/// Node's `EscapeShell`. A quote inside becomes `\'`, which a shell reads as the end of the text: wrong in Node, and so here.
fn escape(arg: &str) -> String {
    if arg.is_empty() {
        return "''".to_owned();
    }
    if !arg.contains(|c| SPECIAL.contains(c)) {
        return arg.to_owned();
    }
    format!("'{}'", arg.replace('\'', "\\'"))
}

fn start(kernel: &Kernel, environ: Vec<(Vec<u8>, Vec<u8>)>, name: &str, package: &Package, command: String) -> i32 {
    let mut env = Vec::new();
    for (key, mut value) in environ {
        if key.eq_ignore_ascii_case(b"path") {
            value.splice(..0, package.programs.bytes());
        }
        if key != b"NODE_RUN_SCRIPT_NAME" && key != b"NODE_RUN_PACKAGE_JSON_PATH" {
            env.push([key, value].join(&b'='));
        }
    }
    env.push(format!("NODE_RUN_SCRIPT_NAME={name}").into_bytes());
    env.push(format!("NODE_RUN_PACKAGE_JSON_PATH={}", package.path).into_bytes());
    let program = ChildProgram {
        file: b"/bin/sh".to_vec(),
        args: vec![b"/bin/sh".to_vec(), b"-c".to_vec(), command.into_bytes()],
        env: Some(env),
        cwd: Some(package.folder.clone().into_bytes()),
        stdio: (0..3).map(ChildStdio::Inherit).collect(),
        ..ChildProgram::default()
    };
    match kernel.spawn(&program).and_then(|spawned| spawned.child).and_then(|child| wait(kernel, &child)) {
        // Neither the script's own status nor a signal is handed on.
        Ok(status) => i32::from(status > 0),
        Err(errno) => {
            complain(kernel, &format!("Error: {}\n", errno.message()));
            FAILED
        }
    }
}

/// Waits for the child's end; its status.
fn wait(kernel: &Kernel, child: &Child) -> edge_wasix::Result<i32> {
    let set = PollSet::new()?;
    set.add(child.exit_fd(), 0, Readiness::READABLE)?;
    if let Some(fd) = kernel.interrupt_fd() {
        set.add(fd, 1, Readiness::READABLE)?;
    }
    let mut events = Vec::new();
    loop {
        set.wait(&mut events, None).map_err(Errno::from)?;
        if let Some(exit) = child.try_wait() {
            return Ok(exit.status);
        }
        if events.iter().any(|event| event.token == 1) {
            return Err(Errno::EINTR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_as_node_does() {
        for (arg, told) in
            [("", "''"), ("a", "a"), ("b c", "'b c'"), ("it's", "'it\\'s'"), ("a\"b", "'a\"b'"), ("{x}", "{x}"), ("[x]", "'[x]'")]
        {
            assert_eq!(escape(arg), told);
        }
        let args = ["--run", "a", "--", "x y", "--"].map(str::to_owned);
        assert_eq!(with_arguments("a".to_owned(), &args), "a 'x y' --");
        assert_eq!(with_arguments("a".to_owned(), &args[..2]), "a");
    }

    #[test]
    fn members_are_read_as_far_as_they_can_be() {
        let names = |text| members_of(text).into_iter().map(|member| member.0).collect::<Vec<_>>();
        assert_eq!(names(r#"{"a":1,"b":{},}"#), ["a", "b"]);
        assert_eq!(names(r#"{"a":1 x}"#), ["a"]);
        assert!(names("[1]").is_empty());
    }
}

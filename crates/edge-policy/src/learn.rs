//! A policy from what a program did: the lines of `--audit-all`, of a run that was open, become the smallest document that allows it again.
//!
//! Paths stay where they are: a volume's guest path is its host path. A file asks for its folder, but for folders of the system, of which
//! only the files themselves are granted; folders that are in one another become one; a folder is writable only if something in it was
//! changed. What the program made below `/tmp` by itself goes to the memory folder that every document has.

use core::net::{IpAddr, SocketAddr};
use std::collections::{BTreeMap, BTreeSet};

use edge_wasix::net::{Direction, NamePattern, NetworkAccess, NetworkRule, NetworkRules, Peer, Protocol, Resolved};
use serde_json::Value;

use crate::Document;

/// What a log does not say.
#[derive(Clone, Debug, Default)]
pub struct Learning {
    /// The host's real path of the script, which every run reads.
    pub script: Option<String>,
    /// Where the program was started.
    pub cwd: String,
    /// The real path of `edge-node`.
    pub executable: String,
    /// The user's home folder.
    pub home: Option<String>,
    /// The system's name servers, which a sandbox asks itself.
    pub name_servers: Vec<SocketAddr>,
    /// The ports that the system gives to those who ask for any.
    pub ephemeral: (u16, u16),
}

/// Folders of which a file that was read says nothing about its neighbours.
const SYSTEM: &[&str] = &[
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/share",
    "/var",
    "/var/lib",
    "/var/log",
    "/var/tmp",
];
/// More read folders than these beside each other are taken as their folder.
const BESIDE: usize = 4;
/// Calls that only look whether something is there.
const LOOKS: &[&str] = &["stat", "lstat", "access", "realpath", "readlink", "statfs", "chdir"];

/// The document.
///
/// # Arguments
/// * `log`: the lines of `--audit-all`. Lines that are none are passed over.
pub fn learn(log: &str, learning: &Learning) -> Document {
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut document = Document::default();
    let mut files = Files::new(learning);
    let mut env = BTreeSet::new();
    let mut commands = BTreeSet::new();
    let mut unix = BTreeSet::new();
    for line in lines.iter().filter(|line| line["decision"] == "allowed") {
        match text(line, "access") {
            "read" | "write" | "create" => files.note(line),
            "env" if is_of_the_program(line) => drop(env.insert(text(line, "variable").to_owned())),
            "run" => {
                let real = text(line, "real");
                if !real.is_empty() {
                    let is_own = real == learning.executable || text(line, "command") == learning.executable;
                    commands.insert(if is_own { "node" } else { real }.to_owned());
                }
            }
            "connect" | "listen" if line["socket"].is_string() => {
                let path = text(line, "socket");
                unix.insert(if path.starts_with('/') { path.to_owned() } else { normal(&format!("{}/{path}", learning.cwd)) });
            }
            _ => {}
        }
    }
    files.grant(&mut document);
    network(&lines, learning, &mut document);
    document.env = env.into_iter().collect();
    document.commands = commands.into_iter().collect();
    document.unix_sockets = unix.into_iter().collect();
    document
}

fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_default()
}

/// Whether a look at a variable is the program's: not the library's at its start, nor the copy of all of them for a child.
fn is_of_the_program(line: &Value) -> bool {
    let frames: Vec<&str> = line["stack"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let is_library = |frame: &&str| frame.contains("(node:") || frame.starts_with("node:");
    let copies = frames.first().is_some_and(|frame| frame.contains("node:child_process"));
    !copies && frames.iter().any(|frame| !is_library(frame))
}

/// An absolute path without `.`, `..` and doubled slashes, by its letters.
fn normal(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(at) => &path[..at],
    }
}

/// Whether a path is a folder or below it.
fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.strip_suffix('/').unwrap_or(folder)).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What was done with files.
struct Files<'a> {
    learning: &'a Learning,
    /// Folders, and whether something in them was changed.
    folders: BTreeMap<String, bool>,
    /// Files by themselves, and whether they were changed.
    single: BTreeMap<String, bool>,
    /// Folders that must be there.
    looks: BTreeSet<String>,
    /// What is below `/tmp`, and whether the program made it.
    temporary: BTreeMap<String, bool>,
    names_from_cwd: bool,
}

impl<'a> Files<'a> {
    fn new(learning: &'a Learning) -> Files<'a> {
        let (folders, single, looks, temporary) = Default::default();
        let mut files = Files { learning, folders, single, looks, temporary, names_from_cwd: false };
        if let Some(script) = &learning.script {
            files.single.insert(script.clone(), false);
        }
        files
    }

    fn is_broad(&self, folder: &str) -> bool {
        let is_a_home = parent(folder) == "/home";
        SYSTEM.contains(&folder)
            || is_a_home
            || self.learning.home.as_deref() == Some(folder)
            || is_in(folder, "/proc")
            || is_in(folder, "/sys")
    }

    fn note(&mut self, line: &Value) {
        if line["errno"].is_string() {
            return;
        }
        let path = normal(text(line, "path"));
        let call = text(line, "call");
        let top = line["stack"][0].as_str().unwrap_or_default();
        // The runtime's own: the time zone's name, and what its resolver reads.
        let is_fs = top.contains("node:fs") || top.contains("node:internal/fs");
        if !is_fs && matches!(path.as_str(), "/etc/localtime" | "/etc/resolv.conf" | "/etc/hosts") {
            return;
        }
        self.names_from_cwd |= line["relative"] == true;
        let is_folder = line["folder"] == true;
        let access = text(line, "access");
        let real = text(line, "real");
        let mut paths = vec![path.clone()];
        if !real.is_empty() && real != path {
            paths.push(real.to_owned());
        }
        for path in paths {
            self.note_path(&path, call, access, is_folder);
        }
    }

    fn note_path(&mut self, path: &str, call: &str, access: &str, is_folder: bool) {
        // A sandbox has a /dev of its own.
        if is_in(path, "/dev") {
            return;
        }
        if let Some(rest) = path.strip_prefix("/tmp/") {
            let top = rest.split('/').next().unwrap_or_default().to_owned();
            if *self.temporary.entry(top).or_insert(access == "create") {
                return;
            }
        }
        let is_own_script = self.learning.script.as_deref() == Some(path);
        match access {
            "create" => self.add_folder(parent(path), true),
            "write" if is_folder => self.add_folder(path, true),
            "write" => self.add_file(path, true),
            _ if is_folder && LOOKS.contains(&call) => drop(self.looks.insert(path.to_owned())),
            _ if is_folder => self.add_folder(path, false),
            _ if is_own_script => {}
            _ => self.add_file(path, false),
        }
    }

    fn add_folder(&mut self, folder: &str, is_written: bool) {
        *self.folders.entry(folder.to_owned()).or_default() |= is_written;
    }

    fn add_file(&mut self, path: &str, is_written: bool) {
        let folder = parent(path);
        if self.is_broad(folder) {
            *self.single.entry(path.to_owned()).or_default() |= is_written;
        } else if let (Some(at), false) = (folder.find("/node_modules"), is_written) {
            // Packages come together.
            self.add_folder(&folder[..at + "/node_modules".len()], false);
        } else {
            self.add_folder(folder, is_written);
        }
    }

    /// Drops what a folder above has.
    fn fold(&mut self) {
        let all = self.folders.clone();
        self.folders.retain(|folder, is_written| {
            !all.iter().any(|(other, others)| other != folder && is_in(folder, other) && (*others || !*is_written))
        });
    }

    fn grant(mut self, document: &mut Document) {
        self.fold();
        let mut beside: BTreeMap<String, usize> = BTreeMap::new();
        for folder in self.folders.iter().filter(|folder| !folder.1) {
            *beside.entry(parent(folder.0).to_owned()).or_default() += 1;
        }
        for (folder, count) in beside {
            if count > BESIDE && !self.is_broad(&folder) {
                self.add_folder(&folder, false);
            }
        }
        self.fold();
        let is_covered =
            |path: &str, is_written: bool| self.folders.iter().any(|(folder, others)| is_in(path, folder) && (*others || !is_written));
        let mode = |is_written: bool| if is_written { "rw" } else { "ro" };
        let mut volumes: Vec<(String, bool)> = self.folders.clone().into_iter().collect();
        volumes.extend(self.single.iter().filter(|file| !is_covered(file.0, *file.1)).map(|file| (file.0.clone(), *file.1)));
        volumes.sort();
        let is_there = |folder: &str| {
            matches!(folder, "/" | "/tmp" | "/dev") || volumes.iter().any(|volume| is_in(&volume.0, folder)) || is_covered(folder, false)
        };
        let mut empty: Vec<&str> = self.looks.iter().map(String::as_str).filter(|folder| !is_there(folder)).collect();
        if self.names_from_cwd && !is_there(&self.learning.cwd) {
            empty.push(&self.learning.cwd);
        }
        document.memory.extend(empty.into_iter().map(str::to_owned));
        document.memory.sort();
        document.memory.dedup();
        document.volumes = volumes.iter().map(|(path, is_written)| format!("{path}:{path}:{}", mode(*is_written))).collect();
    }
}

/// Whether a name's rule covers an address.
fn is_public(address: SocketAddr) -> bool {
    let rule = NetworkRule { direction: Direction::Connect, protocol: None, peer: Peer::Name(NamePattern::Any), ports: 0..=u16::MAX };
    let access = NetworkAccess::Rules(NetworkRules { rules: vec![rule], names: Vec::new() });
    access.check(Direction::Connect, || Protocol::Tcp, address, &Resolved::default()).is_ok()
}

fn network(lines: &[Value], learning: &Learning, document: &mut Document) {
    let mut connect = BTreeSet::new();
    let mut listen = BTreeSet::new();
    let mut asked = BTreeSet::new();
    // Ports that the system chose for the program's own servers.
    let mut own_ports = BTreeSet::new();
    for line in lines.iter().filter(|line| line["decision"] == "allowed") {
        let address = || {
            let ip: IpAddr = text(line, "address").parse().ok()?;
            Some(SocketAddr::new(ip, u16::try_from(line["port"].as_u64()?).ok()?))
        };
        match (text(line, "call"), text(line, "access")) {
            ("listening", _) => own_ports.extend(address().map(|address| address.port())),
            ("getnameinfo", _) => {}
            (_, "dns") => drop(asked.insert(text(line, "host").trim_end_matches('.').to_ascii_lowercase())),
            (_, access @ ("connect" | "listen")) => {
                let Some(address) = address() else { continue };
                let protocol = text(line, "protocol");
                let host = |ip: IpAddr| if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
                if access == "listen" {
                    let is_for_sending = protocol == "udp" && address.port() == 0 && address.ip().is_unspecified();
                    listen.insert((is_for_sending, format!("{protocol}://{}:{}", host(address.ip()), address.port())));
                    continue;
                }
                if address.port() == 53 && learning.name_servers.contains(&address) {
                    continue;
                }
                let ip = address.ip().to_canonical();
                let ports =
                    match own_ports.contains(&address.port()) && (learning.ephemeral.0..=learning.ephemeral.1).contains(&address.port()) {
                        true => format!("{}-{}", learning.ephemeral.0, learning.ephemeral.1),
                        false => address.port().to_string(),
                    };
                let names: Vec<&str> = line["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                match names.first().filter(|_| is_public(address)) {
                    Some(name) => connect.insert(format!("{protocol}://{name}:{ports}")),
                    None => connect.insert(format!("{protocol}://{}:{ports}", host(ip))),
                };
            }
            _ => {}
        }
    }
    let sends = connect.iter().any(|rule| rule.starts_with("udp://"));
    document.listen = listen.into_iter().filter(|(is_for_sending, _)| !(*is_for_sending && sends)).map(|(_, rule)| rule).collect();
    let is_connected = |name: &str| {
        connect.iter().any(|rule| rule.split("://").nth(1).and_then(|rest| rest.rsplit_once(':')).is_some_and(|(host, _)| host == name))
    };
    let has_rules = !connect.is_empty() || !document.listen.is_empty();
    let is_address = |name: &str| name.parse::<IpAddr>().is_ok();
    document.dns = asked
        .into_iter()
        .filter(|name| !is_address(name) && !is_connected(name) && !(name == "localhost" && has_rules) && NamePattern::parse(name).is_ok())
        .collect();
    document.connect = connect.into_iter().collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(lines: &[&str]) -> Document {
        let learning = Learning {
            script: Some("/proj/app.js".into()),
            cwd: "/proj".into(),
            executable: "/opt/edge-node".into(),
            ephemeral: (32768, 60999),
            ..Learning::default()
        };
        let log: Vec<String> =
            lines.iter().map(|line| format!("{{\"decision\":\"allowed\",\"stack\":[\"f (/proj/app.js:1:1)\"],{line}}}")).collect();
        learn(&log.join("\n"), &learning)
    }

    fn file(access: &str, call: &str, path: &str) -> String {
        format!("\"access\":\"{access}\",\"call\":\"{call}\",\"path\":\"{path}\",\"real\":\"{path}\"")
    }

    #[test]
    fn nothing_asks_for_the_script_alone() {
        let document = learned(&[&file("read", "open", "/proj/app.js")]);
        assert_eq!(document, Document { volumes: vec!["/proj/app.js:/proj/app.js:ro".into()], ..Document::default() });
    }

    #[test]
    fn folders_are_merged_and_writable_where_written() {
        let document = learned(&[
            &file("read", "open", "/proj/lib/a.js"),
            &file("read", "open", "/proj/data.json"),
            &file("create", "open", "/proj/out/x"),
            &file("read", "open", "/etc/hostname"),
            &file("read", "open", "/other/node_modules/a/b/c.js"),
            &file("create", "mkdir", "/tmp/mine"),
            &file("read", "open", "/tmp/mine/x"),
            &file("read", "open", "/tmp/theirs/x"),
            &file("read", "open", "/dev/null"),
            &format!("{},\"errno\":\"ENOENT\"", file("read", "stat", "/gone/x")),
            &format!("{},\"folder\":true", file("read", "stat", "/srv/there")),
        ]);
        let volumes = ["/etc/hostname", "/other/node_modules", "/proj", "/proj/out", "/tmp/theirs"]
            .map(|path| format!("{path}:{path}:{}", if path == "/proj/out" { "rw" } else { "ro" }));
        assert_eq!(document.volumes, volumes);
        assert_eq!(document.memory, ["/srv/there", "/tmp"]);
    }

    #[test]
    fn names_ports_programs_and_variables() {
        let connect = |address: &str, port: u16, hosts: &str| {
            format!(
                "\"access\":\"connect\",\"call\":\"connect\",\"protocol\":\"tcp\",\"address\":\"{address}\",\"port\":{port},\"hosts\":[{hosts}]"
            )
        };
        let document = learned(&[
            &connect("93.184.216.34", 443, "\"example.com\""),
            &connect("10.0.0.5", 5432, "\"db.local\""),
            "\"access\":\"listen\",\"call\":\"bind\",\"protocol\":\"tcp\",\"address\":\"::\",\"port\":0",
            "\"access\":\"listen\",\"call\":\"listening\",\"protocol\":\"tcp\",\"address\":\"::\",\"port\":40000",
            &connect("127.0.0.1", 40000, "\"localhost\""),
            "\"access\":\"dns\",\"call\":\"getaddrinfo\",\"host\":\"example.com\"",
            "\"access\":\"dns\",\"call\":\"getaddrinfo\",\"host\":\"db.local\"",
            "\"access\":\"dns\",\"call\":\"getaddrinfo\",\"host\":\"localhost\"",
            "\"access\":\"env\",\"call\":\"getenv\",\"variable\":\"TOKEN\"",
            "\"access\":\"run\",\"call\":\"spawn\",\"command\":\"ls\",\"real\":\"/usr/bin/ls\"",
            "\"access\":\"run\",\"call\":\"spawn\",\"command\":\"/opt/edge-node\",\"real\":\"/opt/edge-node\"",
        ]);
        assert_eq!(document.connect, ["tcp://10.0.0.5:5432", "tcp://127.0.0.1:32768-60999", "tcp://example.com:443"]);
        assert_eq!(document.listen, ["tcp://[::]:0"]);
        assert_eq!(document.dns, ["db.local"]);
        assert_eq!(document.env, ["TOKEN"]);
        assert_eq!(document.commands, ["/usr/bin/ls", "node"]);
        assert_eq!(Document::from_toml(&document.to_toml()), Ok(document));
    }
}

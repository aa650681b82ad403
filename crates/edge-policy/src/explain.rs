//! Why a policy allows something, or does not: which field decides, and which entry of it.
//!
//! The decision itself is never made here: a kernel with the policy is asked, and one with each entry alone.

use core::net::{IpAddr, SocketAddr};

use edge_wasix::net::{Direction, NetworkAccess, NetworkRule, NetworkRules, Peer, Protocol, Resolved, is_numeric, normal_name};
use edge_wasix::{Kernel, Stdio};

use crate::{Document, PolicyError, VolumeRule, parse_rule};

/// An explained decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub allowed: bool,
    /// The field that decides.
    pub field: &'static str,
    /// The entry of it by index, and its text, if one covers the subject.
    pub entry: Option<(usize, String)>,
    /// More, for a person; may be empty.
    pub note: String,
}

/// What can be asked about.
pub const KINDS: &[&str] = &["read", "write", "connect", "listen", "unix", "dns", "env", "run"];

impl Document {
    /// Explains what the policy says to `kind` ([`KINDS`]) of `subject`: a path of the guest, `[tcp://|udp://]HOST:PORT`, a name…
    ///
    /// # Errors
    /// The policy cannot be (`field` says where), or the question is none (`field` is empty).
    pub fn explain(&self, host: &Kernel, base: &[u8], kind: &str, subject: &str) -> Result<Explanation, PolicyError> {
        // A policy that cannot be is no answer.
        self.policy(host, base)?;
        match kind {
            "read" | "write" => self.explain_path(host, base, kind, subject),
            "connect" => self.explain_address(Direction::Connect, subject),
            "listen" => self.explain_address(Direction::Bind, subject),
            "unix" => Ok(listed("unix_sockets", &self.unix_sockets, |path| path == subject)),
            "dns" => self.explain_name(subject),
            "env" => Ok(match self.set_env.contains_key(subject) {
                true => Explanation { allowed: true, field: "set_env", entry: Some((0, subject.to_owned())), note: String::new() },
                false => {
                    let note = "if the host has it".to_owned();
                    let found = listed("env", &self.env, |name| name == subject);
                    if found.allowed { Explanation { note, ..found } } else { found }
                }
            }),
            "run" => self.explain_command(host, base, subject),
            _ => Err(PolicyError::new("", format!("{kind:?} is not one of {}", KINDS.join(", ")))),
        }
    }

    /// Whether a kernel of this document answers so.
    fn has(&self, host: &Kernel, base: &[u8], scope: &str, subject: &str) -> Result<bool, PolicyError> {
        let policy = self.policy(host, base)?;
        let kernel = Kernel::builder().policy(policy).stdio(Stdio::None).build_explained();
        let kernel = kernel.map_err(|error| PolicyError::new("", error.to_string()))?;
        Ok(kernel.has_permission(scope, Some(subject.as_bytes())))
    }

    fn explain_path(&self, host: &Kernel, base: &[u8], kind: &str, subject: &str) -> Result<Explanation, PolicyError> {
        if !subject.starts_with('/') {
            return Err(PolicyError::new("", format!("{subject:?} is no absolute path: paths are the guest's")));
        }
        let scope = if kind == "read" { "fs.read" } else { "fs.write" };
        let allowed = self.has(host, base, scope, subject)?;
        // The innermost that has the path at all.
        let mut best: Option<(usize, &'static str, usize, &str)> = None;
        for (field, texts) in [("volumes", &self.volumes), ("memory", &self.memory)] {
            for (index, text) in texts.iter().enumerate() {
                let mut alone = Document { memory: Vec::new(), ..Document::default() };
                let guest = match field {
                    "volumes" => VolumeRule::parse(text).map(|rule| rule.guest).unwrap_or_default(),
                    _ => text.clone(),
                };
                match field {
                    "volumes" => alone.volumes.push(text.clone()),
                    _ => alone.memory.push(text.clone()),
                }
                let depth = guest.trim_end_matches('/').len();
                if alone.has(host, base, "fs.read", subject)? && best.is_none_or(|best| depth >= best.0) {
                    best = Some((depth, field, index, text));
                }
            }
        }
        Ok(match best {
            Some((_, field, index, text)) => {
                let note = if allowed { "" } else { "which may be read only" };
                Explanation { allowed, field, entry: Some((index, text.to_owned())), note: note.to_owned() }
            }
            None => Explanation { allowed, field: "volumes", entry: None, note: String::new() },
        })
    }

    fn explain_address(&self, direction: Direction, subject: &str) -> Result<Explanation, PolicyError> {
        let (field, texts) = match direction {
            Direction::Connect => ("connect", &self.connect),
            Direction::Bind => ("listen", &self.listen),
        };
        let wrong = || PolicyError::new("", format!("{subject:?} is not [tcp://|udp://]HOST:PORT"));
        let (protocol, rest) = match subject.split_once("://") {
            Some(("tcp", rest)) => (Protocol::Tcp, rest),
            Some(("udp", rest)) => (Protocol::Udp, rest),
            Some(_) => return Err(wrong()),
            None => (Protocol::Tcp, subject),
        };
        let (target, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
        let port: u16 = port.parse().map_err(|_| wrong())?;
        let ip = target.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        let name = normal_name(target.as_bytes()).filter(|name| !is_numeric(name));
        if ip.is_none() && (name.is_none() || direction == Direction::Bind) {
            return Err(wrong());
        }
        let covers = |rule: &NetworkRule| match (ip, &name, &rule.peer) {
            (Some(ip), ..) => {
                let access = NetworkAccess::Rules(NetworkRules { rules: vec![rule.clone()], names: Vec::new() });
                access.check(direction, || protocol, SocketAddr::new(ip, port), &Resolved::default()).is_ok()
            }
            (None, Some(name), Peer::Name(pattern)) => {
                rule.protocol.is_none_or(|wanted| wanted == protocol) && rule.ports.contains(&port) && pattern.matches(name)
            }
            _ => false,
        };
        let mut found = listed(field, texts, |text| parse_rule(direction, text).is_ok_and(|rule| covers(&rule)));
        match ip {
            None if found.allowed => found.note = "where the name leads to a public address".to_owned(),
            Some(_) if !found.allowed && direction == Direction::Connect => {
                found.note =
                    "an address is also allowed if a name of connect led to it; special ones (this host, private networks, metadata \
                              services) only by an entry of their own network"
                        .to_owned();
            }
            _ => {}
        }
        Ok(found)
    }

    fn explain_name(&self, subject: &str) -> Result<Explanation, PolicyError> {
        let name = normal_name(subject.as_bytes()).filter(|name| !is_numeric(name));
        let name = name.ok_or_else(|| PolicyError::new("", format!("{subject:?} is no host name")))?;
        let alone = |field: &'static str, texts: &[String]| {
            listed(field, texts, |text| {
                let mut rules = NetworkRules::default();
                match field {
                    "dns" => rules.names.extend(edge_wasix::net::NamePattern::parse(text).ok()),
                    _ => rules.rules.extend(parse_rule(Direction::Connect, text).ok()),
                }
                name != "localhost" && NetworkAccess::Rules(rules).may_resolve(&name)
            })
        };
        let found = alone("dns", &self.dns);
        let found = if found.allowed { found } else { alone("connect", &self.connect) };
        if found.allowed {
            return Ok(found);
        }
        let has_rules = !(self.dns.is_empty() && self.connect.is_empty() && self.listen.is_empty());
        let allowed = name == "localhost" && has_rules;
        let note = if allowed { "this host's own name, wherever there are rules of the network" } else { "" };
        Ok(Explanation { allowed, field: "dns", entry: None, note: note.to_owned() })
    }

    fn explain_command(&self, host: &Kernel, base: &[u8], subject: &str) -> Result<Explanation, PolicyError> {
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let is_meant = |text: &str| if subject.contains('/') { text == subject } else { name(text) == subject };
        let mut found = listed("commands", &self.commands, is_meant);
        if found.allowed && !self.has(host, base, "child", subject)? && found.entry.as_ref().is_some_and(|entry| entry.1 != "node") {
            found.allowed = false;
            found.note = "which lies in a volume that the program can write to".to_owned();
        }
        Ok(found)
    }
}

/// The first entry that covers the subject.
fn listed(field: &'static str, texts: &[String], covers: impl Fn(&str) -> bool) -> Explanation {
    let entry = texts.iter().position(|text| covers(text)).map(|index| (index, texts[index].clone()));
    Explanation { allowed: entry.is_some(), field, entry, note: String::new() }
}

/// The line (from 1) of a policy's text where an entry of a field stands, as far as it is found.
pub fn line_of(text: &str, field: &str, entry: &str) -> Option<usize> {
    let is_key = |line: &str| {
        let line = line.trim_start().trim_start_matches(['{', '[', '"', '\'']);
        line.strip_prefix(field).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(['=', ':', ']']))
    };
    let first = text.lines().position(is_key)?;
    let forms = [format!("\"{entry}\""), format!("'{entry}'"), format!("{entry} ="), format!("{entry}=")];
    let has_it = |line: &str| forms.iter().any(|form| line.contains(form.as_str()));
    text.lines().skip(first).position(has_it).map(|line| first + line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use edge_wasix::Policy;

    #[test]
    fn the_entry_that_decides_is_named() {
        let host = Kernel::builder().policy(Policy::open()).stdio(Stdio::None).build().unwrap();
        let toml = "volumes = [\n  '/usr:/data',\n  '/usr/bin:/data/bin:rw',\n]\nconnect = ['10.0.0.0/8:80', 'tcp://*.example.org:443']\n\
                    listen = ['127.0.0.1:80-90']\nenv = ['HOME']\nset_env = { A = 'b' }\ncommands = ['node', '/usr/bin/env']\ndns = ['a.b']\n";
        let document = Document::from_toml(toml).unwrap();
        let explain = |kind, subject| {
            let found = document.explain(&host, b"/", kind, subject).unwrap();
            (found.allowed, found.field, found.entry.map(|entry| entry.0))
        };
        assert_eq!(explain("read", "/data/x"), (true, "volumes", Some(0)));
        assert_eq!(explain("write", "/data/x"), (false, "volumes", Some(0)));
        assert_eq!(explain("write", "/data/bin/x"), (true, "volumes", Some(1)));
        assert_eq!(explain("write", "/tmp/x"), (true, "memory", Some(0)));
        assert_eq!(explain("read", "/etc/passwd"), (false, "volumes", None));
        assert_eq!(explain("connect", "10.1.2.3:80"), (true, "connect", Some(0)));
        assert_eq!(explain("connect", "udp://10.1.2.3:80"), (true, "connect", Some(0)));
        assert_eq!(explain("connect", "x.example.org:443"), (true, "connect", Some(1)));
        assert_eq!(explain("connect", "udp://x.example.org:443"), (false, "connect", None));
        assert_eq!(explain("connect", "169.254.169.254:80"), (false, "connect", None));
        assert_eq!(explain("listen", "127.0.0.1:85"), (true, "listen", Some(0)));
        assert_eq!(explain("dns", "a.b"), (true, "dns", Some(0)));
        assert_eq!(explain("dns", "x.example.org"), (true, "connect", Some(1)));
        assert_eq!(explain("dns", "localhost"), (true, "dns", None));
        assert_eq!(explain("dns", "c.b"), (false, "dns", None));
        assert_eq!(explain("env", "HOME"), (true, "env", Some(0)));
        assert_eq!(explain("env", "A"), (true, "set_env", Some(0)));
        assert_eq!(explain("env", "B"), (false, "env", None));
        assert_eq!(explain("run", "node"), (true, "commands", Some(0)));
        // The program could have written it.
        assert_eq!(explain("run", "env"), (false, "commands", Some(1)));
        assert_eq!(explain("run", "/bin/sh"), (false, "commands", None));
        for (kind, subject) in [("read", "x"), ("connect", "x"), ("listen", "a.b:80"), ("walk", "x"), ("connect", "a.b:x")] {
            assert_eq!(document.explain(&host, b"/", kind, subject).unwrap_err().field, "", "{kind} {subject}");
        }
        assert_eq!(line_of(toml, "volumes", "/usr/bin:/data/bin:rw"), Some(3));
        assert_eq!(line_of(toml, "commands", "node"), Some(9));
        assert_eq!(line_of("{\"env\": [\"A\"]}", "env", "A"), Some(1));
    }
}

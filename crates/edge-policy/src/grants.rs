//! What a document means: an [`edge_wasix::Policy`].

use edge_wasix::net::{Direction, NamePattern, NetworkAccess, NetworkRules};
use edge_wasix::{Errno, Kernel, Policy};

use crate::{Document, PolicyError, Script, VolumeRule, parse_rule};

impl Document {
    /// Makes the host paths of the volumes absolute: relative ones start from `base`. What is no volume stays, to be told by
    /// [`Document::policy`].
    pub fn resolve_volumes(&mut self, base: &[u8]) {
        let base = String::from_utf8_lossy(base);
        for text in self.volumes.iter_mut().filter(|text| !text.starts_with('/')) {
            *text = format!("{base}/{text}");
        }
    }

    /// The policy that grants what the document names and nothing else.
    ///
    /// # Arguments
    /// * `host`: a kernel that sees the host's files, to find the volumes with.
    /// * `base`: the host's folder that relative host paths start from, absolute.
    ///
    /// # Errors
    /// The first field that cannot be.
    pub fn policy(&self, host: &Kernel, base: &[u8]) -> Result<Policy, PolicyError> {
        let mut policy = Policy::closed().devices(true);
        for (index, text) in self.volumes.iter().enumerate() {
            let wrong = |reason: String| PolicyError::new(format!("volumes[{index}]"), reason);
            let rule = VolumeRule::parse(text).map_err(wrong)?;
            let path = absolute(base, rule.host.as_bytes());
            let real = host.realpath(&path).map_err(|errno| wrong(missing(&rule.host, errno)))?;
            let stat = host.stat(&real).map_err(|errno| wrong(missing(&rule.host, errno)))?;
            if !stat.is_dir() && !stat.is_file() {
                return Err(wrong(format!("{} is neither a folder nor a file", rule.host)));
            }
            policy = policy.volume_at(rule.guest.as_bytes(), &real, rule.access);
        }
        for (index, guest) in self.memory.iter().enumerate() {
            if !guest.starts_with('/') || guest.contains('\0') || guest.split('/').any(|name| name == "..") {
                return Err(PolicyError::new(format!("memory[{index}]"), format!("{guest:?} is no absolute path")));
            }
            policy = policy.memory(guest);
        }
        for (index, name) in self.env.iter().enumerate() {
            if !is_variable(name) {
                return Err(PolicyError::new(format!("env[{index}]"), format!("{name:?} is no name of a variable")));
            }
            policy = policy.variable(name);
        }
        for (name, value) in &self.set_env {
            if !is_variable(name) || value.contains('\0') {
                return Err(PolicyError::new(format!("set_env.{name}"), "names have no \"=\", names and values no NUL"));
            }
            policy = policy.set_variable(name, value);
        }
        let mut rules = NetworkRules::default();
        for (field, direction, texts) in [("connect", Direction::Connect, &self.connect), ("listen", Direction::Bind, &self.listen)] {
            for (index, text) in texts.iter().enumerate() {
                let rule = parse_rule(direction, text).map_err(|reason| PolicyError::new(format!("{field}[{index}]"), reason))?;
                rules.rules.push(rule);
            }
        }
        for (index, text) in self.dns.iter().enumerate() {
            let name = NamePattern::parse(text).map_err(|reason| PolicyError::new(format!("dns[{index}]"), reason))?;
            rules.names.push(name);
        }
        if rules != NetworkRules::default() {
            policy = policy.network(NetworkAccess::Rules(rules));
        }
        for (index, text) in self.unix_sockets.iter().enumerate() {
            let wrong = |reason: String| PolicyError::new(format!("unix_sockets[{index}]"), reason);
            let (folder, name) = text.rsplit_once('/').filter(|_| text.starts_with('/') && !text.contains('\0')).unwrap_or_default();
            if matches!(name, "" | "." | "..") {
                return Err(wrong(format!("{text:?} is no absolute path of a socket")));
            }
            let folder = if folder.is_empty() { "/" } else { folder };
            let real = host.realpath(folder.as_bytes()).map_err(|errno| wrong(missing(folder, errno)))?;
            policy = policy.unix_path(text, [real.as_slice(), b"/", name.as_bytes()].concat());
        }
        for (index, command) in self.commands.iter().enumerate().filter(|command| command.1 != NODE) {
            let wrong = |reason: String| PolicyError::new(format!("commands[{index}]"), reason);
            if !command.starts_with('/') {
                return Err(wrong(format!("{command:?} is neither \"node\" nor an absolute path")));
            }
            let stat = host.stat(command.as_bytes()).map_err(|errno| wrong(missing(command, errno)))?;
            if !stat.is_file() || stat.mode & 0o111 == 0 {
                return Err(wrong(format!("{command} is no program")));
            }
            policy = policy.program(command);
        }
        if self.native_addons {
            return Err(PolicyError::new("native_addons", "native modules cannot be loaded"));
        }
        Ok(policy)
    }

    /// The policy of a sandboxed run: [`Document::policy`], and children of its kind where the document grants them.
    ///
    /// # Arguments
    /// * `executable`: the host's path of `edge-node`.
    /// * `variables`: the whole host environment of such children, `NAME=value`; the programs in them do not see it.
    /// * `script`: what the program has in memory besides, for its children to have it too.
    ///
    /// # Errors
    /// As [`Document::policy`].
    pub fn sandbox_policy(
        &self,
        host: &Kernel,
        base: &[u8],
        executable: &[u8],
        variables: Vec<Vec<u8>>,
        script: Option<&Script>,
    ) -> Result<Policy, PolicyError> {
        let policy = self.policy(host, base)?;
        if !self.commands.iter().any(|command| command == NODE) {
            return Ok(policy);
        }
        let mut document = self.clone();
        document.resolve_volumes(base);
        // A child has the variables that the guest gives it.
        document.env.clear();
        document.set_env.clear();
        Ok(policy.node_children(executable, &document.to_handover(script), variables))
    }
}

/// The command that is a sandboxed run of `edge-node`.
const NODE: &str = "node";

fn missing(path: &str, errno: Errno) -> String {
    format!("{path}: {}", errno.message())
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

fn absolute(base: &[u8], path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") { path.to_vec() } else { [base, b"/", path].concat() }
}

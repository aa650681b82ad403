//! What a document means: an [`edge_wasix::Policy`].

use edge_wasix::{Errno, Kernel, Limits, Policy};

use crate::{Document, LimitValue, PolicyError, VolumeRule};

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
        let mut policy = Policy::closed();
        for (index, text) in self.volumes.iter().enumerate() {
            let wrong = |reason: String| PolicyError::new(format!("volumes[{index}]"), reason);
            let rule = VolumeRule::parse(text).map_err(wrong)?;
            let path = absolute(base, rule.host.as_bytes());
            let real = host.realpath(&path).map_err(|errno| wrong(missing(&rule.host, errno)))?;
            let stat = host.stat(&real).map_err(|errno| wrong(missing(&rule.host, errno)))?;
            if !stat.is_dir() {
                return Err(wrong(format!("{} is no folder", rule.host)));
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
        let unfinished = [
            ("connect", !self.connect.is_empty()),
            ("listen", !self.listen.is_empty()),
            ("unix_sockets", !self.unix_sockets.is_empty()),
            ("dns", !self.dns.is_empty()),
            ("commands", !self.commands.is_empty()),
            ("native_addons", self.native_addons),
        ];
        match unfinished.into_iter().find(|field| field.1) {
            Some((field, _)) => Err(PolicyError::new(field, "is not enforced yet")),
            None => Ok(policy),
        }
    }
}

impl Document {
    /// The limits that the document names.
    ///
    /// # Errors
    /// A time that is none, or no memory at all.
    pub fn limits(&self) -> Result<Limits, PolicyError> {
        let mut limits = Limits::NONE;
        for (name, value) in &self.limits {
            let text = match value {
                LimitValue::Count(count) => count.to_string(),
                LimitValue::Seconds(seconds) => format!("{seconds:.9}"),
            };
            limits.set(name, &text).map_err(|error| PolicyError::new(format!("limits.{name}"), error.reason))?;
        }
        Ok(limits)
    }
}

fn missing(path: &str, errno: Errno) -> String {
    format!("{path}: {}", errno.message())
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

fn absolute(base: &[u8], path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") { path.to_vec() } else { [base, b"/", path].concat() }
}

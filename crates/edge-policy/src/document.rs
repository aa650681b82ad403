//! The document: what a policy says, as it is written.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use edge_wasix::{Limit, Limits};

use crate::PolicyError;

/// A policy as it is written. Texts are kept as they are; [`Document::policy`](crate::Document::policy) says what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// `HOST:GUEST[:ro|rw|cow]`.
    pub volumes: Vec<String>,
    /// Guest paths of empty folders in memory.
    pub memory: Vec<String>,
    /// What may be connected to: `[tcp://|udp://]HOST[:PORTS]`.
    pub connect: Vec<String>,
    /// Where may be listened: the same.
    pub listen: Vec<String>,
    /// Paths of local sockets.
    pub unix_sockets: Vec<String>,
    /// Names that may be resolved besides those in `connect`.
    pub dns: Vec<String>,
    /// The host's environment variables that are passed on.
    pub env: Vec<String>,
    /// Environment variables that are set.
    pub set_env: BTreeMap<String, String>,
    /// Programs that may be started: `node` and paths of executables.
    pub commands: Vec<String>,
    /// Whether native modules may be loaded.
    pub native_addons: bool,
    /// How much the program may use.
    pub limits: Limits,
}

impl Default for Document {
    fn default() -> Document {
        Document {
            volumes: Vec::new(),
            memory: vec!["/tmp".to_owned()],
            connect: Vec::new(),
            listen: Vec::new(),
            unix_sockets: Vec::new(),
            dns: Vec::new(),
            env: Vec::new(),
            set_env: BTreeMap::new(),
            commands: Vec::new(),
            native_addons: false,
            limits: Limits::NONE,
        }
    }
}

impl Document {
    /// Reads a JSON text.
    ///
    /// # Errors
    /// A text that is no JSON object (`field` is empty then), an unknown field, a value of the wrong type.
    pub fn from_json(text: &str) -> Result<Document, PolicyError> {
        let value: Value = serde_json::from_str(text).map_err(|error| PolicyError::new("", format!("no JSON: {error}")))?;
        Document::from_value(&value)
    }

    /// Reads a TOML text.
    ///
    /// # Errors
    /// As [`Document::from_json`].
    pub fn from_toml(text: &str) -> Result<Document, PolicyError> {
        let value: Value = toml::from_str(text).map_err(|error| PolicyError::new("", format!("no TOML: {}", error.to_string().trim())))?;
        Document::from_value(&value)
    }

    fn from_value(value: &Value) -> Result<Document, PolicyError> {
        let Value::Object(fields) = value else { return Err(PolicyError::new("", "a policy is an object with fields")) };
        let mut document = Document::default();
        for (name, value) in fields {
            match name.as_str() {
                "volumes" => document.volumes = texts(name, value)?,
                "memory" => document.memory = texts(name, value)?,
                "connect" => document.connect = texts(name, value)?,
                "listen" => document.listen = texts(name, value)?,
                "unix_sockets" => document.unix_sockets = texts(name, value)?,
                "dns" => document.dns = texts(name, value)?,
                "env" => document.env = texts(name, value)?,
                "set_env" => document.set_env = table(name, value)?,
                "commands" => document.commands = texts(name, value)?,
                "native_addons" => {
                    document.native_addons = value.as_bool().ok_or_else(|| PolicyError::new(name, "must be true or false"))?;
                }
                "limits" => document.limits = limits(name, value)?,
                _ => return Err(PolicyError::new(name, "there is no such field")),
            }
        }
        Ok(document)
    }

    /// The document as JSON, all fields of it.
    pub fn to_json(&self) -> String {
        let list = |texts: &[String]| Value::from(texts.to_vec());
        let limits = Limit::ALL.into_iter().filter_map(|limit| {
            let value = match limit {
                Limit::CpuTime => Value::from(self.limits.cpu_time?.as_secs_f64()),
                Limit::WallTime => Value::from(self.limits.wall_time?.as_secs_f64()),
                limit => Value::from(self.limits.amount(limit)?),
            };
            Some((limit.name().to_owned(), value))
        });
        let fields: Map<String, Value> = [
            ("volumes", list(&self.volumes)),
            ("memory", list(&self.memory)),
            ("connect", list(&self.connect)),
            ("listen", list(&self.listen)),
            ("unix_sockets", list(&self.unix_sockets)),
            ("dns", list(&self.dns)),
            ("env", list(&self.env)),
            ("set_env", self.set_env.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect()),
            ("commands", list(&self.commands)),
            ("native_addons", Value::from(self.native_addons)),
            ("limits", limits.collect()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        Value::Object(fields).to_string()
    }
}

fn texts(name: &str, value: &Value) -> Result<Vec<String>, PolicyError> {
    let Value::Array(values) = value else { return Err(PolicyError::new(name, "must be a list of texts")) };
    let text = |(index, value): (usize, &Value)| match value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(PolicyError::new(format!("{name}[{index}]"), "must be a text")),
    };
    values.iter().enumerate().map(text).collect()
}

fn table(name: &str, value: &Value) -> Result<BTreeMap<String, String>, PolicyError> {
    let Value::Object(values) = value else { return Err(PolicyError::new(name, "must be a table of texts")) };
    let text = |(key, value): (&String, &Value)| match value {
        Value::String(text) => Ok((key.clone(), text.clone())),
        _ => Err(PolicyError::new(format!("{name}.{key}"), "must be a text")),
    };
    values.iter().map(text).collect()
}

fn limits(name: &str, value: &Value) -> Result<Limits, PolicyError> {
    let Value::Object(values) = value else { return Err(PolicyError::new(name, "must be a table")) };
    let mut limits = Limits::NONE;
    for (key, value) in values {
        let wrong = |reason: String| PolicyError::new(format!("{name}.{key}"), reason);
        match value {
            // A limit that is null is none, but its name must be a limit's.
            Value::Null if Limit::of_name(key).is_some() => {}
            Value::Null => limits.set(key, "").map_err(|error| wrong(error.reason))?,
            Value::String(text) => limits.set(key, text).map_err(|error| wrong(error.reason))?,
            Value::Number(number) => limits.set(key, &number.to_string()).map_err(|error| wrong(error.reason))?,
            _ => return Err(wrong("must be a number, or a text like \"64MB\"".to_owned())),
        }
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (String, String) {
        let error = Document::from_toml(text).unwrap_err();
        (error.field, error.reason)
    }

    #[test]
    fn toml_and_json_are_the_same() {
        let toml =
            "volumes = ['./src:/app:ro']\nenv = ['HOME']\nset_env = { A = 'b' }\n[limits]\nmemory = '64MB'\ncpu_time = 1\nopen_files = 5\n";
        let document = Document::from_toml(toml).unwrap();
        assert_eq!(document.memory, ["/tmp"]);
        assert_eq!((document.limits.memory, document.limits.open_files), (Some(64_000_000), Some(5)));
        assert_eq!(document.limits.cpu_time, Some(std::time::Duration::from_secs(1)));
        assert_eq!(Document::from_json(&document.to_json()).unwrap(), document);
        assert_eq!(Document::from_json("{}").unwrap(), Document::default());
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(error("volume = []"), ("volume".to_owned(), "there is no such field".to_owned()));
        assert_eq!(error("volumes = 'x'").0, "volumes");
        assert_eq!(error("volumes = ['a:/b', 3]").0, "volumes[1]");
        assert_eq!(error("set_env = { A = 1 }").0, "set_env.A");
        assert_eq!(error("native_addons = 1").0, "native_addons");
        assert_eq!(error("[limits]\nmemory = 'lots'").0, "limits.memory");
        assert_eq!(error("[limits]\nmemory = -1").0, "limits.memory");
        assert_eq!(error("[limits]\ncpu_time = 0").0, "limits.cpu_time");
        assert_eq!(error("[limits]\ncputime = 1").0, "limits.cputime");
        assert_eq!(error("]").0, "");
        assert_eq!(Document::from_json("[]").unwrap_err().field, "");
    }
}

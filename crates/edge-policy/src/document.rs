//! The document: what a policy says, as it is written.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{PolicyError, amount};

/// One of the amounts in `[limits]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LimitValue {
    /// Bytes, or how many.
    Count(u64),
    /// Seconds.
    Seconds(f64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LimitKind {
    Bytes,
    Seconds,
    Count,
}

/// The names in `[limits]`.
pub const LIMITS: &[&str] = &[
    "memory",
    "host_memory",
    "cpu_time",
    "wall_time",
    "open_files",
    "sockets",
    "timers",
    "threads",
    "bytes_written",
    "output",
    "message_size",
];

fn limit_kind(name: &str) -> Option<LimitKind> {
    Some(match name {
        "memory" | "host_memory" | "bytes_written" | "output" | "message_size" => LimitKind::Bytes,
        "cpu_time" | "wall_time" => LimitKind::Seconds,
        "open_files" | "sockets" | "timers" | "threads" => LimitKind::Count,
        _ => return None,
    })
}

/// A policy as it is written. Texts are kept as they are; [`Document::policy`](crate::Document::policy) says what they mean.
#[derive(Clone, Debug, PartialEq)]
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
    /// Limits by name.
    pub limits: BTreeMap<String, LimitValue>,
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
            limits: BTreeMap::new(),
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
        let limits = self.limits.iter().map(|(name, value)| {
            let value = match value {
                LimitValue::Count(count) => Value::from(*count),
                LimitValue::Seconds(seconds) => Value::from(*seconds),
            };
            (name.clone(), value)
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

    /// Sets one limit, in the words of a command line.
    ///
    /// # Errors
    /// A name that is no limit's, or a value that is no amount.
    pub fn set_limit(&mut self, name: &str, text: &str) -> Result<(), PolicyError> {
        let field = format!("limits.{name}");
        let value = limit(&field, name, &Value::from(text))?;
        self.limits.insert(name.to_owned(), value);
        Ok(())
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

fn limits(name: &str, value: &Value) -> Result<BTreeMap<String, LimitValue>, PolicyError> {
    let Value::Object(values) = value else { return Err(PolicyError::new(name, "must be a table")) };
    // A limit that is null is none.
    let given = values.iter().filter(|(_, value)| !value.is_null());
    given.map(|(key, value)| Ok((key.clone(), limit(&format!("{name}.{key}"), key, value)?))).collect()
}

fn limit(field: &str, name: &str, value: &Value) -> Result<LimitValue, PolicyError> {
    let kind =
        limit_kind(name).ok_or_else(|| PolicyError::new(field, format!("there is no such limit; there are {}", LIMITS.join(", "))))?;
    let wrong = |reason: String| PolicyError::new(field, reason);
    match (kind, value) {
        (LimitKind::Seconds, Value::Number(number)) => match number.as_f64() {
            Some(seconds) if seconds.is_finite() && seconds > 0.0 => Ok(LimitValue::Seconds(seconds)),
            _ => Err(wrong("must be more than 0 seconds".to_owned())),
        },
        (LimitKind::Seconds, Value::String(text)) => amount::seconds(text).map(LimitValue::Seconds).map_err(wrong),
        (LimitKind::Bytes | LimitKind::Count, Value::Number(number)) => {
            number.as_u64().map(LimitValue::Count).ok_or_else(|| wrong("must be a whole number, 0 or more".to_owned()))
        }
        (LimitKind::Bytes, Value::String(text)) => amount::bytes(text).map(LimitValue::Count).map_err(wrong),
        (LimitKind::Count, Value::String(text)) => {
            text.trim().parse().map(LimitValue::Count).map_err(|_| wrong(format!("{text:?} is no whole number")))
        }
        (LimitKind::Seconds, _) => Err(wrong("must be a number of seconds".to_owned())),
        (LimitKind::Bytes, _) => Err(wrong("must be a number of bytes, or a text like \"64MB\"".to_owned())),
        (LimitKind::Count, _) => Err(wrong("must be a whole number".to_owned())),
    }
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
        assert_eq!(document.limits["memory"], LimitValue::Count(64_000_000));
        assert_eq!(document.limits["cpu_time"], LimitValue::Seconds(1.0));
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

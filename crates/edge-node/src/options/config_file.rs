//! Options from a file (`--experimental-config-file`, `node.config.json`): Node's `ConfigReader`.

use edge_node_lib::{OPTIONS, OptionInfo, OptionKind};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::fmt;

/// What a file asks for, as words of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// As if at the beginning of `NODE_OPTIONS`.
    pub(super) node_options: Vec<String>,
    /// As if at the beginning of the command line.
    pub(super) args: Vec<String>,
}

/// The members of an object in their order, doubles too.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// Options that a section of the file may hold.
fn belongs_to(section: &str, option: &OptionInfo) -> bool {
    match section {
        "nodeOptions" => option.allowed_in_env,
        "testRunner" => option.name.starts_with("--test-") || option.name.starts_with("--experimental-test-"),
        _ => option.name.starts_with("--watch"),
    }
}

impl ConfigFile {
    /// Reads the text of the file `path`.
    ///
    /// # Errors
    /// Node's text for what is wrong, with its line end; empty where Node says nothing.
    pub fn parse(path: &str, text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err(format!("Can't parse {path}\n"));
        }
        let not_an_object = || format!("Root value unexpected not an object for {path}\n\n");
        let begins_as_object = text.trim_start().starts_with('{');
        let members: Members = serde_json::from_str(text).map_err(|error| match (begins_as_object, error.classify()) {
            (true, serde_json::error::Category::Eof) => String::new(),
            (true, _) => format!("Can't parse {path}\n"),
            (false, _) => not_an_object(),
        })?;
        let mut file = Self::default();
        let mut seen = HashSet::new();
        for (section, raw) in members.0.iter().filter(|member| ["nodeOptions", "testRunner", "watch"].contains(&member.0.as_str())) {
            let options: Members = serde_json::from_str(raw.get())
                .map_err(|_| format!("\"{section}\" value unexpected for {path} (should be an object)\n"))?;
            let words = if section == "nodeOptions" { &mut file.node_options } else { &mut file.args };
            for (key, value) in &options.0 {
                let name = format!("--{key}");
                let option = OPTIONS.iter().find(|option| option.name == name && belongs_to(section, option));
                let option = option.ok_or_else(|| format!("Unknown or not allowed option {key} for namespace {section}\n"))?;
                if !seen.insert(name.clone()) {
                    return Err(format!("Option {name} is already defined\n"));
                }
                words.extend(words_for(option, value.get())?);
            }
        }
        Ok(file)
    }
}

fn words_for(option: &OptionInfo, raw: &str) -> Result<Vec<String>, String> {
    let name = option.name;
    let invalid = || format!("Invalid value for {name}\n");
    let value: Value = serde_json::from_str(raw).map_err(|_| invalid())?;
    match (option.kind, value) {
        (OptionKind::Boolean, Value::Bool(true)) => Ok(vec![name.to_owned()]),
        (OptionKind::Boolean, Value::Bool(false)) => Ok(vec![format!("--no-{}", &name[2..])]),
        (OptionKind::String, Value::String(text)) => Ok(vec![format!("{name}={text}")]),
        (OptionKind::StringList, Value::String(text)) => Ok(vec![format!("{name}={text}")]),
        (OptionKind::StringList, Value::Array(list)) => {
            list.iter().map(|item| item.as_str().map(|text| format!("{name}={text}")).ok_or_else(invalid)).collect()
        }
        (OptionKind::Integer | OptionKind::UInteger | OptionKind::HostPort, Value::Number(number))
            if number.is_i64() || number.is_u64() =>
        {
            Ok(vec![format!("{name}={number}")])
        }
        (OptionKind::V8Option, _) => Err(format!("V8 flag {name} is currently not supported\n")),
        (OptionKind::NoOp, _) => Err(format!("No-op flag {name} is currently not supported\n")),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use super::ConfigFile;

    fn error(text: &str) -> String {
        ConfigFile::parse("c", text).unwrap_err()
    }

    #[test]
    fn sections_become_words() {
        let text =
            r#"{"$schema": 3, "nodeOptions": {"import": ["a", "b"], "warnings": false}, "testRunner": {"test-timeout": 5}, "x": []}"#;
        let file = ConfigFile::parse("c", text).unwrap();
        assert_eq!(file.node_options, ["--import=a", "--import=b", "--no-warnings"]);
        assert_eq!(file.args, ["--test-timeout=5"]);
    }

    #[test]
    fn errors_are_nodes() {
        assert_eq!(error("[]"), "Root value unexpected not an object for c\n\n");
        assert_eq!(error("{} x"), "Can't parse c\n");
        assert_eq!(error(r#"{"nodeOptions":{"foo":1}}"#), "Unknown or not allowed option foo for namespace nodeOptions\n");
        assert_eq!(error(r#"{"nodeOptions":{"warnings":true,"warnings":true}}"#), "Option --warnings is already defined\n");
        assert_eq!(error(r#"{"nodeOptions":{"max-http-header-size":1.5}}"#), "Invalid value for --max-http-header-size\n");
        assert_eq!(error(r#"{"nodeOptions":[]}"#), "\"nodeOptions\" value unexpected for c (should be an object)\n");
    }
}

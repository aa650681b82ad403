//! The options of a sandboxed run: `--safe` and what grants something to it. They stand among Node's options, before the script.

use edge_node::option_takes;
use edge_policy::{Document, PolicyError};

/// Options with a value, `--name VALUE` or `--name=VALUE`. Any of them, or `--safe`, makes a run a sandboxed one.
const WITH_VALUE: &[&str] =
    &["--policy", "--volume", "--allow-net", "--allow-listen", "--allow-unix", "--allow-dns", "--allow-env", "--allow-run"];

/// What a command line says.
#[derive(Debug, Default)]
pub struct SafeOptions {
    /// Ours with their values, in order.
    given: Vec<(&'static str, String)>,
    /// Node's options with their values.
    pub node: Vec<String>,
    /// The script and its arguments; `--` before them when it was there.
    pub rest: Vec<String>,
}

/// One of our options: its name, and the value when it stands in the same word.
fn ours(word: &str) -> Option<(&'static str, Option<&str>)> {
    if word == "--safe" {
        return Some(("--safe", None));
    }
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    WITH_VALUE.iter().find(|known| **known == name).map(|known| (*known, value))
}

/// Whether an option of ours has its value in the next word.
pub fn takes_next(word: &str) -> bool {
    ours(word).is_some_and(|(name, value)| name != "--safe" && value.is_none())
}

/// Node's own permission model.
const PERMISSION: &str = "--permission";

/// Whether `NODE_OPTIONS` asks for Node's permission model, as a parent's does that is under it.
fn node_options_ask() -> bool {
    edge_wasix::host_variable("NODE_OPTIONS")
        .is_some_and(|text| text.split(u8::is_ascii_whitespace).any(|word| word == PERMISSION.as_bytes()))
}

/// Whether a run is to be sandboxed, by our options or by Node's.
pub fn are_given(args: &[Vec<u8>]) -> bool {
    // Without such a word nothing needs to be parsed, which is the usual case.
    let is_ours = |arg: &Vec<u8>| std::str::from_utf8(arg).is_ok_and(|word| word == PERMISSION || ours(word).is_some());
    if !args.iter().skip(1).any(is_ours) {
        return node_options_ask();
    }
    // An option without its value is one of ours too.
    SafeOptions::read(&words(args)).map_or(true, |options| !options.given.is_empty() || options.is_permission_model())
}

/// Whether a sandboxed run is under Node's permission model only, which hides nothing but files.
pub fn ask_for_permissions_only(args: &[Vec<u8>]) -> bool {
    SafeOptions::read(&words(args)).is_ok_and(|options| options.is_permission_model())
}

fn words(args: &[Vec<u8>]) -> Vec<String> {
    args.iter().skip(1).map(|arg| String::from_utf8_lossy(arg).into_owned()).collect()
}

impl SafeOptions {
    /// Takes the options apart, up to the script.
    ///
    /// # Errors
    /// The option whose value is missing, with the text for a person.
    pub fn read(words: &[String]) -> Result<SafeOptions, String> {
        let mut options = SafeOptions::default();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            if let Some((name, value)) = ours(word) {
                at += 1;
                let value = match value {
                    Some(value) => value.to_owned(),
                    None if name == "--safe" => String::new(),
                    None => {
                        let next = words.get(at).filter(|next| !next.starts_with('-'));
                        at += 1;
                        next.ok_or_else(|| format!("{name} requires an argument"))?.clone()
                    }
                };
                options.given.push((name, value));
            } else if word == "--" || word == "-" || !word.starts_with('-') {
                break;
            } else {
                options.node.push(word.clone());
                at += 1;
                if let Some(next) = words.get(at).filter(|next| option_takes(word, next)) {
                    options.node.push(next.clone());
                    at += 1;
                }
            }
        }
        options.rest = words.get(at..).unwrap_or_default().to_vec();
        Ok(options)
    }

    /// Whether only Node's permission model is asked for.
    pub fn is_permission_model(&self) -> bool {
        self.given.is_empty() && (self.node.iter().any(|word| word == PERMISSION) || node_options_ask())
    }

    /// The policy files, in order.
    pub fn policy_files(&self) -> impl Iterator<Item = &str> {
        self.given.iter().filter(|option| option.0 == "--policy").map(|option| option.1.as_str())
    }

    /// Adds what the options grant. Values are lists with commas, but for volumes.
    pub fn add_to(&self, document: &mut Document) {
        for (name, value) in &self.given {
            let list = match *name {
                "--volume" => {
                    document.volumes.push(value.clone());
                    continue;
                }
                "--allow-net" => &mut document.connect,
                "--allow-listen" => &mut document.listen,
                "--allow-unix" => &mut document.unix_sockets,
                "--allow-dns" => &mut document.dns,
                "--allow-env" => &mut document.env,
                "--allow-run" => &mut document.commands,
                _ => continue,
            };
            list.extend(value.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()));
        }
    }
}

/// Reads a policy file by its name's ending: `.json` is JSON, everything else TOML.
///
/// # Errors
/// As [`Document::from_toml`].
pub fn read_policy(path: &str, text: &str) -> Result<Document, PolicyError> {
    if path.ends_with(".json") { Document::from_json(text) } else { Document::from_toml(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> SafeOptions {
        SafeOptions::read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn ours_and_nodes_may_be_mixed() {
        let options = read(&["--no-warnings", "--safe", "-r", "x", "--volume", "a:/b", "--volume=c:/d", "app.js", "--safe"]);
        assert_eq!(options.node, ["--no-warnings", "-r", "x"]);
        assert_eq!(options.rest, ["app.js", "--safe"]);
        let mut document = Document::default();
        options.add_to(&mut document);
        assert_eq!(document.volumes, ["a:/b", "c:/d"]);
    }

    #[test]
    fn the_scripts_own_words_are_not_ours() {
        let given = |words: &[&str]| are_given(&words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>());
        assert!(given(&["edge-node", "--safe", "app.js"]));
        assert!(given(&["edge-node", "-e", "1", "--volume", "a:/b"]));
        assert!(given(&["edge-node", "--policy"]));
        assert!(given(&["edge-node", "--permission", "app.js"]) && !given(&["edge-node", "app.js", "--permission"]));
        assert!(!given(&["edge-node", "app.js", "--safe"]));
        assert!(!given(&["edge-node", "--", "--safe"]));
        assert!(!given(&["--safe"]));
    }
}

//! Node's `OptionsParser::Parse`: aliases, negation, values, what implies what.

use super::{OptionError, OptionValue, Options, Traces, index, v8_flags};
use edge_node_lib::{ALIASES, OPTIONS, OptionKind};
use std::collections::VecDeque;

/// Where the words come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// Only some options may be there, and nothing of it is in `process.execArgv`.
    NodeOptions,
    CommandLine,
}

/// Options that switch others on or off; with `--no-` when given as negation. Read off the release by giving each and comparing.
const IMPLIED: &[(&str, &[(&str, bool)])] = &[
    ("--env-file", &[("[has_env_file_string]", true)]),
    ("--env-file-if-exists", &[("[has_env_file_string]", true)]),
    ("--experimental-transform-types", &[("--enable-source-maps", true)]),
    ("--harmony-shadow-realm", &[("--experimental-shadow-realm", true)]),
    ("--inspect-brk", &[("--inspect", true)]),
    ("--inspect-brk-node", &[("--inspect", true)]),
    ("--inspect-wait", &[("--inspect", true)]),
    ("--node-memory-debug", &[("--debug-arraybuffer-allocations", true), ("--verify-base-objects", true)]),
    ("--permission", &[("--addons", false)]),
    ("--report-signal", &[("--report-on-signal", true)]),
    ("--trace-env-js-stack", &[("--trace-env", true)]),
    ("--trace-env-native-stack", &[("--trace-env", true)]),
    ("--use-openssl-ca", &[("[ssl_openssl_cert_store]", true)]),
    ("--watch-path", &[("--watch", true)]),
];

/// The words still to be read: those that an alias brought along come first.
struct Words {
    given: VecDeque<String>,
    from_alias: VecDeque<String>,
    exec_args: Vec<String>,
}

impl Words {
    fn first(&self) -> Option<&str> {
        self.from_alias.front().or(self.given.front()).map(String::as_str)
    }
    fn pop(&mut self) -> Option<String> {
        if let Some(word) = self.from_alias.pop_front() {
            return Some(word);
        }
        let word = self.given.pop_front()?;
        if word != "--" {
            self.exec_args.push(word.clone());
        }
        Some(word)
    }
}

impl Options {
    /// Reads options until the first word that is none; what is left.
    ///
    /// # Errors
    /// Every text that Node has for it.
    pub(super) fn take_all(&mut self, words: Vec<String>, source: Source) -> Result<Vec<String>, OptionError> {
        let mut words = Words { given: words.into(), from_alias: VecDeque::new(), exec_args: Vec::new() };
        let mut for_v8 = Vec::new();
        let mut errors = Vec::new();
        while errors.is_empty() && words.first().is_some_and(|word| word.len() > 1 && word.starts_with('-')) {
            let Some(word) = words.pop() else { break };
            if word == "--" {
                if source == Source::NodeOptions {
                    errors.push(not_allowed("--"));
                }
                break;
            }
            if let Err(error) = self.take(&word, &mut words, source, &mut for_v8) {
                errors.push(error);
            }
        }
        self.check(&mut errors);
        if errors.is_empty() {
            self.refuse_unsupported(&mut errors);
        }
        if !errors.is_empty() {
            return Err(OptionError { errors, ..OptionError::default() });
        }
        v8_flags::check(&for_v8)?;
        self.heap.take(&for_v8);
        self.natives_syntax = v8_flags::is_on(&for_v8, "allow-natives-syntax").unwrap_or(self.natives_syntax);
        self.stack_trace_limit = v8_flags::stack_trace_limit(&for_v8).or(self.stack_trace_limit);
        self.traces =
            Traces { env: self.flag("--trace-env"), env_stack: self.flag("--trace-env-js-stack"), sync_io: self.flag("--trace-sync-io") };
        if source == Source::CommandLine {
            self.exec_args = words.exec_args;
        }
        Ok(words.from_alias.into_iter().chain(words.given).collect())
    }

    /// One option and what belongs to it.
    fn take(&mut self, word: &str, words: &mut Words, source: Source, for_v8: &mut Vec<String>) -> Result<(), String> {
        let (name, equals) = match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => (name, Some(value)),
            _ => (word, None),
        };
        // As errors name it.
        let told = if equals.is_some() { format!("{name}=") } else { name.to_owned() };
        let mut name: String = name.char_indices().map(|(at, c)| if at >= 2 && c == '_' { '-' } else { c }).collect();
        let negated = name.starts_with("--no-");
        if negated {
            name.replace_range(2..5, "");
        }
        expand_aliases(&mut name, equals.is_some(), words);
        let option = index(&name);
        if source == Source::NodeOptions && !option.is_some_and(|at| OPTIONS[at].allowed_in_env) {
            return Err(not_allowed(&told));
        }
        let implied_by = if negated { format!("--no-{}", &name[2..]) } else { name.clone() };
        for (other, on) in IMPLIED.iter().filter(|implied| implied.0 == implied_by).flat_map(|implied| implied.1) {
            self.set(other, OptionValue::Bool(*on));
        }
        let Some(at) = option else {
            for_v8.push(word.to_owned());
            return Ok(());
        };
        let kind = OPTIONS[at].kind;
        if negated && kind != OptionKind::Boolean && kind != OptionKind::V8Option {
            return Err(format!("{word} is an invalid negation because it is not a boolean option"));
        }
        match kind {
            OptionKind::NoOp => self.values[at] = OptionValue::Given(true),
            OptionKind::V8Option => {
                self.values[at] = OptionValue::Given(!negated);
                for_v8.push(word.to_owned());
            }
            OptionKind::Boolean => self.values[at] = OptionValue::Bool(!negated),
            _ => {
                let value = read_value(equals, words).ok_or_else(|| format!("{told} requires an argument"))?;
                self.set_value(at, value, word, for_v8)?;
            }
        }
        Ok(())
    }

    fn set_value(&mut self, at: usize, value: String, word: &str, for_v8: &mut Vec<String>) -> Result<(), String> {
        let option = &OPTIONS[at];
        match &mut self.values[at] {
            OptionValue::List(list) => list.push(value),
            slot @ OptionValue::Number(_) => *slot = OptionValue::Number(leading_integer(&value)),
            OptionValue::Text(text) if option.kind == OptionKind::HostPort => *text = host_port(&value, text)?,
            slot => *slot = OptionValue::Text(value),
        }
        match option.name {
            // V8 reads the word itself, which has no value when that was a word of its own.
            "--stack-trace-limit" => for_v8.push(word.to_owned()),
            "--eval" => self.has_eval_string = true,
            _ => {}
        }
        Ok(())
    }
}

/// Whether `next` belongs to the option `word` on a command line, and is not an option or the script.
#[must_use]
pub fn option_takes(word: &str, next: &str) -> bool {
    let mut words = Words { given: VecDeque::from([word.to_owned(), next.to_owned()]), from_alias: VecDeque::new(), exec_args: Vec::new() };
    let mut options = Options::default();
    while words.given.len() > 1 || !words.from_alias.is_empty() {
        let Some(word) = words.pop() else { break };
        // What is wrong with it is told when the options are read.
        if options.take(&word, &mut words, Source::CommandLine, &mut Vec::new()).is_err() {
            break;
        }
    }
    words.given.is_empty()
}

fn not_allowed(told: &str) -> String {
    format!("{told} is not allowed in NODE_OPTIONS")
}

/// Replaces the name by what it stands for; the rest of an expansion is read next.
fn expand_aliases(name: &mut String, has_value: bool, words: &mut Words) {
    let find = |name: &str| ALIASES.iter().find(|alias| alias.0 == name);
    loop {
        let has_argument = words.first().is_some_and(|next| !next.is_empty() && !next.starts_with('-'));
        let alias = find(name)
            .or_else(|| if has_value { find(&format!("{name}=")) } else { None })
            .or_else(|| if has_argument { find(&format!("{name} <arg>")) } else { None });
        let Some((first, rest)) = alias.and_then(|alias| alias.1.split_first()) else { return };
        for extra in rest.iter().rev() {
            words.from_alias.push_front((*extra).to_owned());
        }
        let is_same = name == first;
        (*first).clone_into(name);
        if is_same {
            return;
        }
    }
}

/// The option's value: after the `=`, else the next word. `None` where there is none.
fn read_value(equals: Option<&str>, words: &mut Words) -> Option<String> {
    if let Some(value) = equals {
        return Some(value.to_owned()).filter(|value| !value.is_empty());
    }
    let value = words.pop()?;
    if value.starts_with('-') {
        return None;
    }
    Some(if value.starts_with("\\-") { value[1..].to_owned() } else { value })
}

/// Node's `SplitHostPort`: a port alone, a host alone, or both; what is not given stays.
fn host_port(value: &str, before: &str) -> Result<String, String> {
    let (old_host, old_port) = before.rsplit_once(':').unwrap_or((before, "9229"));
    let unbracketed = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(value);
    let (host, port) = match value.rsplit_once(':') {
        _ if unbracketed.len() < value.len() => (unbracketed, None),
        Some((host, port)) => (host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host), Some(port)),
        None if value.bytes().all(|byte| byte.is_ascii_digit()) => (old_host, Some(value)),
        None => (value, None),
    };
    let port = match port.map(str::parse::<u64>) {
        None => old_port.to_owned(),
        Some(Ok(port)) if port == 0 || (1024..=65535).contains(&port) => port.to_string(),
        Some(_) => return Err("must be 0 or in range 1024 to 65535.".to_owned()),
    };
    Ok(format!("{host}:{port}"))
}

/// C's `strtoll`: digits as far as they go, else 0.
fn leading_integer(text: &str) -> f64 {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    sign * digits[..end].parse::<f64>().unwrap_or(0.0)
}

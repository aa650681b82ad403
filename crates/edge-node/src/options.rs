//! Command-line options: Node's own table ([`edge_node_lib::OPTIONS`]), parsed by Node's rules.

use edge_node_lib::{ALIASES, OPTIONS, OptionInfo, OptionKind};
use std::collections::VecDeque;

/// The value of one option.
#[derive(Clone, PartialEq, Debug)]
pub enum OptionValue {
    /// No value of its own: V8's and retired options, as a flag that was given or not.
    Given(bool),
    /// Boolean options.
    Bool(bool),
    /// Integer options.
    Number(f64),
    /// Text options.
    Text(String),
    /// Options that may be given several times.
    List(Vec<String>),
}

/// All options of a run.
#[derive(Clone, Debug)]
pub struct Options {
    values: Vec<OptionValue>,
    /// Whether `--eval` or `--print` with code was given.
    pub has_eval_string: bool,
    /// `process.execArgv`.
    pub exec_args: Vec<String>,
    /// Script and its arguments.
    pub args: Vec<String>,
}

/// Why a command line was refused: text for standard error (after `program: `), exit code 9.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OptionError(pub String);

impl Default for Options {
    fn default() -> Self {
        Self { values: OPTIONS.iter().map(default_value).collect(), has_eval_string: false, exec_args: Vec::new(), args: Vec::new() }
    }
}

fn default_value(option: &OptionInfo) -> OptionValue {
    match option.kind {
        OptionKind::NoOp | OptionKind::V8Option => OptionValue::Given(false),
        OptionKind::Boolean => OptionValue::Bool(option.default_is_true),
        OptionKind::Integer | OptionKind::UInteger => OptionValue::Number(option.default.parse().unwrap_or(0.0)),
        OptionKind::String | OptionKind::HostPort => OptionValue::Text(option.default.to_owned()),
        OptionKind::StringList => OptionValue::List(Vec::new()),
    }
}

fn index(name: &str) -> Option<usize> {
    OPTIONS.binary_search_by(|option| option.name.cmp(name)).ok()
}

impl Options {
    /// The value of an option of the table.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OptionValue> {
        index(name).map(|at| &self.values[at])
    }
    /// A boolean option.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some(OptionValue::Bool(true) | OptionValue::Given(true)))
    }
    /// A text option; empty when not given.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(OptionValue::Text(text)) => text,
            _ => "",
        }
    }
    /// A list option.
    #[must_use]
    pub fn list(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(OptionValue::List(list)) => list,
            _ => &[],
        }
    }
    /// All options with their values, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static OptionInfo, &OptionValue)> {
        OPTIONS.iter().zip(&self.values)
    }
    fn set(&mut self, name: &str, value: OptionValue) {
        if let Some(at) = index(name) {
            self.values[at] = value;
        }
    }

    /// Parses `NODE_OPTIONS` and the command line (without the program's name), as Node does: options end at the first argument that
    /// is none, or at `--`; what follows is the script and its arguments.
    ///
    /// # Errors
    /// Node's text for a bad option.
    pub fn parse(node_options: Option<&str>, args: &[String]) -> Result<Self, OptionError> {
        let mut options = Self::default();
        if let Some(text) = node_options {
            let words = split_node_options(text)?;
            let mut queue: VecDeque<String> = words.into();
            while let Some(word) = queue.pop_front() {
                if !word.starts_with('-') {
                    return Err(OptionError(format!("{word} is not allowed in NODE_OPTIONS")));
                }
                options.take(&word, &mut queue, true)?;
            }
        }
        let mut queue: VecDeque<String> = args.to_vec().into();
        while let Some(word) = queue.front() {
            if word == "-" || !word.starts_with('-') {
                break;
            }
            let word = queue.pop_front().unwrap_or_default();
            let before = queue.len();
            if word == "--" {
                break;
            }
            let rest: Vec<String> = queue.iter().cloned().collect();
            options.take(&word, &mut queue, false)?;
            let used = before.saturating_sub(queue.len());
            options.exec_args.push(word);
            options.exec_args.extend(rest.into_iter().take(used));
        }
        options.args = queue.into();
        options.check()?;
        Ok(options)
    }

    /// One option and what belongs to it.
    fn take(&mut self, word: &str, queue: &mut VecDeque<String>, from_env: bool) -> Result<(), OptionError> {
        let (name, mut value) = match word.split_once('=') {
            Some((name, value)) if word.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
            _ => (word.to_owned(), None),
        };
        let name = if name.starts_with("--") { format!("--{}", name[2..].replace('_', "-")) } else { name };
        // Aliases may lead to aliases; the table is short and free of cycles, the bound makes that certain.
        let mut names = vec![name.clone()];
        for _ in 0..8 {
            let next = names.get(1).or(queue.front());
            let has_argument = value.is_some() || next.is_some_and(|next| !next.starts_with('-'));
            let key = &names[0].clone();
            let with_value = format!("{key}=");
            let with_argument = format!("{key} <arg>");
            let alias = ALIASES.iter().find(|alias| {
                (value.is_some() && alias.0 == with_value) || (has_argument && alias.0 == with_argument && !from_env) || alias.0 == key
            });
            let Some((found, expansion)) = alias else { break };
            if expansion.len() == 1 && expansion[0] == *found {
                break;
            }
            names.splice(0..1, expansion.iter().map(|part| (*part).to_owned()));
            if names[0] == *key {
                break;
            }
        }
        let main = names.remove(0);
        // What an alias brings along counts as if it stood next on the command line.
        for extra in names.into_iter().rev() {
            queue.push_front(extra);
        }
        let (main, negated) = match main.strip_prefix("--no-") {
            Some(rest) if index(&main).is_none() => (format!("--{rest}"), true),
            _ => (main, false),
        };
        let Some(at) = index(&main) else {
            if is_v8_flag(&main) && !from_env {
                return Ok(());
            }
            return Err(OptionError(format!("bad option: {word}")));
        };
        let option = &OPTIONS[at];
        if from_env && !option.allowed_in_env {
            return Err(OptionError(format!("{word} is not allowed in NODE_OPTIONS")));
        }
        if negated && option.kind != OptionKind::Boolean && option.kind != OptionKind::V8Option {
            return Err(OptionError(format!("{word} is an invalid negation because it is not a boolean option")));
        }
        match option.kind {
            OptionKind::NoOp | OptionKind::V8Option => self.values[at] = OptionValue::Given(!negated),
            OptionKind::Boolean => self.values[at] = OptionValue::Bool(!negated),
            _ => {
                if value.is_none() {
                    let takes_next = queue.front().is_some_and(|next| !next.starts_with('-') || next.len() == 1 || next.starts_with("\\-"));
                    if takes_next {
                        value = queue.pop_front().map(|next| next.strip_prefix('\\').map_or(next.clone(), str::to_owned));
                    }
                }
                let Some(value) = value else {
                    return Err(OptionError(format!("{word} requires an argument")));
                };
                match &mut self.values[at] {
                    OptionValue::List(list) => list.push(value),
                    slot @ OptionValue::Number(_) => *slot = OptionValue::Number(leading_integer(&value)),
                    slot => *slot = OptionValue::Text(value),
                }
                if main == "--eval" {
                    self.has_eval_string = true;
                }
            }
        }
        self.imply(&main, negated);
        Ok(())
    }

    /// Options that switch others on.
    fn imply(&mut self, name: &str, negated: bool) {
        if negated {
            return;
        }
        let implied: &[(&str, bool)] = match name {
            "--trace-sigint" | "--force-context-aware" => &[],
            "--experimental-transform-types" => &[("--strip-types", true), ("--enable-source-maps", true)],
            "--watch-path" => &[("--watch", true)],
            "--report-signal" => &[("--report-on-signal", true)],
            "--expose-gc" => &[],
            _ => &[],
        };
        for (other, on) in implied {
            self.set(other, OptionValue::Bool(*on));
        }
    }

    /// Node's checks of values and combinations.
    fn check(&self) -> Result<(), OptionError> {
        let one_of = |name: &str, allowed: &[&str], message: &str| {
            let text = self.text(name);
            if text.is_empty() || allowed.contains(&text) { Ok(()) } else { Err(OptionError(message.to_owned())) }
        };
        one_of(
            "--unhandled-rejections",
            &["warn-with-error-code", "throw", "strict", "warn", "none"],
            "invalid value for --unhandled-rejections",
        )?;
        one_of(
            "--input-type",
            &["commonjs", "module", "commonjs-typescript", "module-typescript"],
            "--input-type must be \"module\",\"commonjs\", \"module-typescript\" or \"commonjs-typescript\"",
        )?;
        one_of("--disable-proto", &["delete", "throw"], "invalid mode passed to --disable-proto")?;
        if self.flag("--check") && (self.has_eval_string || self.flag("--interactive")) {
            return Err(OptionError("either --check or --eval can be used, not both".to_owned()));
        }
        if self.flag("--watch") && self.has_eval_string {
            return Err(OptionError("either --watch or --eval can be used, not both".to_owned()));
        }
        Ok(())
    }
}

/// Flags that Node hands on to V8. They have no effect on another engine, but programs and scripts that give them must start.
fn is_v8_flag(name: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "--harmony",
        "--allow-natives-syntax",
        "--js-",
        "--expose-",
        "--max-",
        "--min-",
        "--stack-size",
        "--trace-",
        "--turbo",
        "--opt",
        "--sparkplug",
        "--maglev",
        "--single-threaded",
        "--predictable",
        "--gc-",
        "--stress-",
        "--random-seed",
        "--always-",
        "--heap-",
        "--initial-",
        "--semi-space",
        "--lite-mode",
        "--optimize-for-size",
        "--verify-",
        "--concurrent-",
        "--parallel-",
        "--wasm-",
        "--use-strict",
    ];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
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

/// Splits `NODE_OPTIONS` at spaces outside double quotes; a backslash inside quotes keeps the next character.
fn split_node_options(text: &str) -> Result<Vec<String>, OptionError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => match chars.next() {
                Some(next) => word.get_or_insert_default().push(next),
                None => return Err(OptionError("invalid value for NODE_OPTIONS (invalid escape)".to_owned())),
            },
            ' ' if !quoted => words.extend(word.take()),
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    if quoted {
        return Err(OptionError("invalid value for NODE_OPTIONS (unterminated string)".to_owned()));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Options, OptionError> {
        Options::parse(None, &args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn script_and_arguments_end_the_options() {
        let options = parse(&["--no-warnings", "-C", "dev", "--conditions=prod", "a.js", "--x"]).unwrap();
        assert!(!options.flag("--warnings"));
        assert_eq!(options.list("--conditions"), ["dev", "prod"]);
        assert_eq!(options.args, ["a.js", "--x"]);
        assert_eq!(options.exec_args, ["--no-warnings", "-C", "dev", "--conditions=prod"]);
    }

    #[test]
    fn eval_and_print() {
        let options = parse(&["-e", "1+1"]).unwrap();
        assert!(options.has_eval_string && !options.flag("--print"));
        assert_eq!(options.text("--eval"), "1+1");
        let options = parse(&["-p", "2", "x"]).unwrap();
        assert!(options.flag("--print") && options.has_eval_string);
        assert_eq!(options.args, ["x"]);
        let options = parse(&["-pe", "3"]).unwrap();
        assert!(options.flag("--print") && options.text("--eval") == "3");
        assert_eq!(parse(&["-e"]).unwrap_err().0, "-e requires an argument");
    }

    #[test]
    fn errors_are_nodes() {
        assert_eq!(parse(&["--foo"]).unwrap_err().0, "bad option: --foo");
        assert_eq!(
            parse(&["--no-conditions=x"]).unwrap_err().0,
            "--no-conditions=x is an invalid negation because it is not a boolean option"
        );
        assert_eq!(parse(&["--unhandled-rejections=foo"]).unwrap_err().0, "invalid value for --unhandled-rejections");
        assert!(parse(&["--stack_trace_limit=5"]).is_ok());
    }

    #[test]
    fn node_options_are_split_and_limited() {
        let options = Options::parse(Some("--no-deprecation --require \"./a b.js\""), &[]).unwrap();
        assert_eq!(options.list("--require"), ["./a b.js"]);
        assert!(options.exec_args.is_empty());
        assert_eq!(Options::parse(Some("--eval 1"), &[]).unwrap_err().0, "--eval is not allowed in NODE_OPTIONS");
    }
}

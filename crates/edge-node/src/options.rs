//! Command-line options: Node's own table ([`edge_node_lib::OPTIONS`]), parsed by Node's rules.

mod check;
mod config_file;
mod heap_flags;
mod node_options;
mod parse;
mod unsupported;
mod v8_flags;

pub use heap_flags::HeapFlags;

pub use config_file::ConfigFile;
use edge_node_lib::{OPTIONS, OptionInfo, OptionKind};
pub use parse::option_takes;

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
    /// What V8's flags say about the size of the heap.
    pub heap: HeapFlags,
    /// V8's `--allow-natives-syntax`.
    pub natives_syntax: bool,
    /// V8's `--stack-trace-limit`: `Error.stackTraceLimit` at the start.
    pub stack_trace_limit: Option<i32>,
    /// Options that are looked at often.
    pub traces: Traces,
}

/// Options that show what a program does and are looked at each time it does it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// `--trace-env`.
    pub env: bool,
    /// `--trace-env-js-stack`.
    pub env_stack: bool,
    /// `--trace-sync-io`.
    pub sync_io: bool,
}

/// Why a command line was refused, exit code 9.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OptionError {
    /// What is told before the list.
    pub preface: String,
    /// What is wrong; each is told on a line after `program: `.
    pub errors: Vec<String>,
}

impl OptionError {
    /// The text for standard error.
    #[must_use]
    pub fn report(&self, program: &str) -> String {
        let lines = self.errors.iter().map(|error| format!("{program}: {error}\n"));
        std::iter::once(self.preface.clone()).chain(lines).collect()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            values: OPTIONS.iter().map(default_value).collect(),
            has_eval_string: false,
            exec_args: Vec::new(),
            args: Vec::new(),
            heap: HeapFlags::default(),
            natives_syntax: false,
            stack_trace_limit: None,
            traces: Traces::default(),
        }
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
    /// A numeric option; zero when there is none of that name.
    #[must_use]
    pub fn number(&self, name: &str) -> f64 {
        match self.get(name) {
            Some(OptionValue::Number(number)) => *number,
            _ => 0.0,
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
    /// What Node's environment variables set, as far as no option says otherwise: `read` answers a variable's text.
    pub fn apply_variables(&mut self, read: impl Fn(&str) -> Option<String>) {
        const SWITCHES: [(&str, &str); 3] = [
            ("NODE_PENDING_DEPRECATION", "--pending-deprecation"),
            ("NODE_PRESERVE_SYMLINKS", "--preserve-symlinks"),
            ("NODE_PRESERVE_SYMLINKS_MAIN", "--preserve-symlinks-main"),
        ];
        for (variable, option) in SWITCHES {
            if read(variable).is_some_and(|text| text.starts_with('1')) {
                self.set(option, OptionValue::Bool(true));
            }
        }
        if self.text("--redirect-warnings").is_empty()
            && let Some(path) = read("NODE_REDIRECT_WARNINGS")
        {
            self.set("--redirect-warnings", OptionValue::Text(path));
        }
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
    /// Node's texts for bad options.
    pub fn parse(node_options: Option<&str>, args: &[String]) -> Result<Self, OptionError> {
        Self::parse_with(ConfigFile::default(), node_options, args)
    }

    /// [`parse`](Self::parse) after what a configuration file asks for.
    ///
    /// # Errors
    /// Node's texts for bad options.
    pub fn parse_with(config: ConfigFile, node_options: Option<&str>, args: &[String]) -> Result<Self, OptionError> {
        let mut options = Self::default();
        let refuse = |error| OptionError { errors: vec![error], ..OptionError::default() };
        let words = node_options::split(node_options.unwrap_or_default()).map_err(refuse)?;
        options.take_all(config.node_options.into_iter().chain(words).collect(), parse::Source::NodeOptions)?;
        let args = config.args.into_iter().chain(args.iter().cloned()).collect();
        options.args = options.take_all(args, parse::Source::CommandLine)?;
        Ok(options)
    }
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
    }

    fn errors(args: &[&str]) -> Vec<String> {
        parse(args).unwrap_err().errors
    }

    #[test]
    fn a_value_belongs_to_its_option() {
        for (word, next) in [("-r", "x"), ("--require", "x"), ("-e", "x"), ("-pe", "x"), ("-p", "x"), ("--eval", "x"), ("-C", "x")] {
            assert!(option_takes(word, next), "{word}");
        }
        for (word, next) in
            [("-r=x", "y"), ("--require=x", "y"), ("-i", "x"), ("--no-warnings", "x"), ("--foo", "x"), ("-p", "-x"), ("-", "x")]
        {
            assert!(!option_takes(word, next), "{word}");
        }
    }

    #[test]
    fn errors_are_nodes() {
        assert_eq!(errors(&["--foo", "--bar=1"]), ["bad option: --foo", "bad option: --bar=1"]);
        assert_eq!(errors(&["-e"]), ["-e requires an argument"]);
        assert_eq!(errors(&["-pe"]), ["--eval requires an argument"]);
        assert_eq!(errors(&["--conditions=", "-p", "1"]), ["--conditions= requires an argument"]);
        assert_eq!(errors(&["-pi", "1"]), ["bad option: -pi"]);
        assert_eq!(errors(&["--no-conditions=x"]), ["--no-conditions=x is an invalid negation because it is not a boolean option"]);
        assert_eq!(errors(&["--unhandled-rejections=foo"]), ["invalid value for --unhandled-rejections"]);
        assert_eq!(errors(&["--inspect-port=1"]), ["must be 0 or in range 1024 to 65535."]);
        assert!(parse(&["--stack_trace_limit=5"]).is_ok());
    }

    #[test]
    fn v8s_flags_are_known_by_name_and_type() {
        assert!(parse(&["--max_lazy", "--no-opt", "--noharmony", "-turbofan", "--gc-interval=3"]).is_ok());
        assert_eq!(errors(&["--max-old-space"]), ["bad option: --max-old-space"]);
        let error = parse(&["--foo", "--max-old-space-size=abc"]).unwrap_err();
        assert_eq!(error.preface, "Error: illegal value for flag --max-old-space-size=abc of type size_t\nTry --help for options\n");
        let rest = ["--max-old-space-size=abc", "--harmony-import-attributes", "--js-source-phase-imports"];
        assert_eq!(error.errors[1..], rest.map(|word| format!("bad option: {word}")));
    }

    #[test]
    fn what_is_not_there_is_told() {
        let refused = "--enable-fips is not supported by Edge.js: there is no OpenSSL";
        assert_eq!(errors(&["--enable-fips", "a.js"]), [refused]);
        let options = parse(&["--inspect=0", "--no-network-family-autoselection", "--max-old-space-size=9", "a.js"]).unwrap();
        let told: Vec<_> = options.without_effect().map(|entry| entry.0).collect();
        assert_eq!(told, ["--inspect", "--inspect-port"]);
        assert_eq!(parse(&["--no-warnings", "a.js"]).unwrap().without_effect().count(), 0);
    }

    #[test]
    fn exec_args_hold_what_was_given() {
        assert_eq!(parse(&["-C", "custom", "-p", "1", "x"]).unwrap().exec_args, ["-C", "custom", "-p", "1"]);
        assert_eq!(parse(&["--env-file=x", "--", "a"]).unwrap().exec_args, ["--env-file=x"]);
    }

    #[test]
    fn node_options_are_split_and_limited() {
        let options = Options::parse(Some("--no-deprecation --require \"./a b.js\""), &[]).unwrap();
        assert_eq!(options.list("--require"), ["./a b.js"]);
        assert!(options.exec_args.is_empty());
        assert_eq!(Options::parse(Some("--eval 1"), &[]).unwrap_err().errors, ["--eval is not allowed in NODE_OPTIONS"]);
        assert_eq!(Options::parse(Some("--foo"), &[]).unwrap_err().errors, ["--foo is not allowed in NODE_OPTIONS"]);
    }
}

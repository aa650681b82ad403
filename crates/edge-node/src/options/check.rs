//! Node's checks of values and combinations (`CheckOptions`), in its order.

use super::{OptionValue, Options, default_value, index};
use edge_node_lib::OPTIONS;

impl Options {
    /// Adds Node's text for everything that is wrong.
    pub(super) fn check(&self, errors: &mut Vec<String>) {
        let mut refuse = |condition: bool, text: &str| {
            if condition {
                errors.push(text.to_owned());
            }
        };
        let number = |name: &str| match self.get(name) {
            Some(OptionValue::Number(number)) => *number,
            _ => 0.0,
        };
        let given = |name: &str| !self.text(name).is_empty();
        let is_one_of = |name: &str, allowed: &[&str]| !given(name) || allowed.contains(&self.text(name));
        let is_default = |name: &str| index(name).is_none_or(|at| self.values[at] == default_value(&OPTIONS[at]));
        let is_power_of_2 = |number: f64| number < 2.0 || (number as u64).is_power_of_two();

        refuse(
            self.flag("--use-openssl-ca") && self.flag("--use-bundled-ca"),
            "either --use-openssl-ca or --use-bundled-ca can be used, not both",
        );
        refuse(!is_power_of_2(number("--secure-heap")), "--secure-heap must be a power of 2");
        refuse(!is_one_of("--use-largepages", &["off", "on", "silent"]), "invalid value for --use-largepages");
        refuse(
            !is_one_of("--input-type", &["commonjs", "module", "commonjs-typescript", "module-typescript"]),
            "--input-type must be \"module\",\"commonjs\", \"module-typescript\" or \"commonjs-typescript\"",
        );
        refuse(self.flag("--check") && self.has_eval_string, "either --check or --eval can be used, not both");
        refuse(
            !is_one_of("--unhandled-rejections", &["warn-with-error-code", "throw", "strict", "warn", "none"]),
            "invalid value for --unhandled-rejections",
        );
        refuse(
            !is_one_of("--trace-require-module", &["all", "no-node-modules", "true", "false"]),
            "invalid value for --trace-require-module",
        );
        refuse(self.flag("--tls-min-v1.3") && self.flag("--tls-max-v1.2"), "either --tls-min-v1.3 or --tls-max-v1.2 can be used, not both");
        refuse(number("--heapsnapshot-near-heap-limit") < 0.0, "--heapsnapshot-near-heap-limit must not be negative");
        let interactive = self.flag("--interactive");
        if self.flag("--test") {
            refuse(self.flag("--check"), "either --test or --check can be used, not both");
            refuse(self.has_eval_string, "either --test or --eval can be used, not both");
            refuse(interactive, "either --test or --interactive can be used, not both");
            refuse(!self.list("--watch-path").is_empty(), "--watch-path cannot be used in combination with --test");
        }
        if self.flag("--watch") {
            if self.flag("--check") {
                refuse(true, "either --watch or --check can be used, not both");
            } else if self.has_eval_string {
                refuse(true, "either --watch or --eval can be used, not both");
            } else {
                refuse(interactive, "either --watch or --interactive can be used, not both");
            }
        }
        for kind in ["cpu", "heap"] {
            if !self.flag(&format!("--{kind}-prof")) {
                for what in ["name", "dir"] {
                    refuse(given(&format!("--{kind}-prof-{what}")), &format!("--{kind}-prof-{what} must be used with --{kind}-prof"));
                }
                let interval = format!("--{kind}-prof-interval");
                refuse(!is_default(&interval), &format!("{interval} must be used with --{kind}-prof"));
            }
        }
        refuse(
            self.flag("--debug") || self.flag("--debug-brk"),
            "[DEP0062]: `node --debug` and `node --debug-brk` are invalid. Please use `node --inspect` and `node --inspect-brk` instead.",
        );
        for destination in self.text("--inspect-publish-uid").split(',').filter(|destination| !destination.is_empty()) {
            refuse(!["stderr", "http"].contains(&destination), "--inspect-publish-uid destination can be stderr or http");
        }
        refuse(!is_one_of("--disable-proto", &["delete", "throw"]), "invalid mode passed to --disable-proto");
    }
}

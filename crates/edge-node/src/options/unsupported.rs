//! Node's options that this runtime does not carry out: those that a program's safety or result hangs on are refused, the others are
//! taken with a word on standard error. V8's own flags (see `v8_flags`) are taken without.

use super::{OptionValue, Options, default_value, index};
use edge_node_lib::OPTIONS;

/// Refused, with why.
const REFUSED: &[(&str, &str)] = &[
    ("--disable-proto", "Object.prototype.__proto__ cannot be taken away"),
    ("--disallow-code-generation-from-strings", "eval cannot be forbidden"),
    ("--enable-fips", "there is no OpenSSL"),
    ("--force-fips", "there is no OpenSSL"),
    ("--build-snapshot", "user snapshots cannot be made"),
    ("--build-snapshot-config", "user snapshots cannot be made"),
    ("--snapshot-blob", "user snapshots cannot be started"),
    ("--experimental-sea-config", "single executable applications cannot be made"),
    ("--security-revert", "there is nothing to revert"),
];

/// Without effect: beginnings of names, and why.
const NO_EFFECT: &[(&str, &str)] = &[
    ("--cpu-prof", "there is no profiler"),
    ("--debug-arraybuffer-allocations", "buffers lie in the engine's own memory"),
    ("--disable-wasm-trap-handler", "there is no WebAssembly"),
    ("--enable-etw-stack-walking", "this is not Windows"),
    ("--experimental-addon-modules", "there are no native addons"),
    ("--experimental-inspector-network-resource", "there is no inspector"),
    ("--experimental-network-inspection", "there is no inspector"),
    ("--experimental-shadow-realm", "the engine has no ShadowRealm"),
    ("--experimental-worker-inspection", "there is no inspector"),
    ("--force-context-aware", "there are no native addons"),
    ("--force-node-api-uncaught-exceptions-policy", "there are no native addons"),
    ("--harmony-shadow-realm", "the engine has no ShadowRealm"),
    ("--heap-prof", "there is no profiler"),
    ("--heapsnapshot-", "there are no heap snapshots"),
    ("--icu-data-dir", "there is no ICU"),
    ("--inspect", "there is no inspector"),
    ("--interpreted-frames-native-stack", "there is no profiler"),
    ("--openssl-", "there is no OpenSSL"),
    ("--perf-", "there is no profiler"),
    ("--prof", "there is no profiler"),
    ("--report-", "diagnostic reports cannot be written"),
    ("--secure-heap", "there is no OpenSSL"),
    ("--tls-", "there is no TLS"),
    ("--trace-env-native-stack", "native stacks are not shown"),
    ("--trace-event", "there are no trace events"),
    ("--trace-promises", "the engine does not tell where promises are made"),
    ("--trace-tls", "there is no TLS"),
    ("--trace-uncaught", "where a value was thrown is not kept"),
    ("--track-heap-objects", "there are no heap snapshots"),
    ("--use-bundled-ca", "there is no TLS"),
    ("--use-largepages", "the executable is not mapped anew"),
    ("--use-openssl-ca", "there is no TLS"),
    ("--use-system-ca", "there is no TLS"),
    ("--v8-pool-size", "there is no V8"),
];

impl Options {
    fn is_given(&self, name: &str) -> bool {
        index(name).is_some_and(|at| self.values[at] != default_value(&OPTIONS[at]) && self.values[at] != OptionValue::Bool(false))
    }

    /// Adds a text for every option that is refused.
    pub(super) fn refuse_unsupported(&self, errors: &mut Vec<String>) {
        for (name, why) in REFUSED.iter().filter(|refused| self.is_given(refused.0)) {
            errors.push(format!("{name} is not supported by Edge.js: {why}"));
        }
    }

    /// Each given option that has no effect, and why: for a word on standard error.
    pub fn without_effect(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        OPTIONS
            .iter()
            .filter(|option| self.is_given(option.name))
            .filter_map(|option| NO_EFFECT.iter().find(|entry| option.name.starts_with(entry.0)).map(|entry| (option.name, entry.1)))
    }
}

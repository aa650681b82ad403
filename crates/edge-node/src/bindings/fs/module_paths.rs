//! What the module loaders ask of the file system.

use super::args;
use crate::Environment;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use edge_wasix::Kernel;
use edge_wasix::fs::constants::{O_RDONLY, S_IFDIR, S_IFMT};

/// `internalModuleStat(path)` → 0 for a file, 1 for a directory, negative for an error.
pub fn internal_module_stat(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    // Node 24 takes the path alone; some of its modules still pass the binding first.
    let index = usize::from(info.len() > 1 && !env.is_string(info.arg(0))?);
    let path = args::path(env, info.arg(index))?;
    env.int32(match environment.kernel().mode(&path) {
        Ok(mode) => i32::from(mode & S_IFMT == S_IFDIR),
        Err(errno) => errno.uv(),
    })
}

/// `getFormatOfExtensionlessFile(path)` → 1 for a file that begins with WebAssembly's magic bytes, else 0.
pub fn get_format_of_extensionless_file(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = args::path(env, info.arg(0))?;
    let mut magic = [0; 4];
    let read = environment.kernel().open_file(&path, O_RDONLY, 0).and_then(|file| file.read(&mut magic, Some(0)));
    env.int32(i32::from(read == Ok(4) && magic == *b"\0asm"))
}

/// What is appended to a package's `main`, then to the package's folder, in turn.
const MAIN_ENDINGS: [&str; 7] = ["", ".js", ".json", ".node", "/index.js", "/index.json", "/index.node"];
const FOLDER_ENDINGS: [&str; 3] = ["index.js", "index.json", "index.node"];

fn is_file(kernel: &Kernel, path: &str) -> bool {
    kernel.mode(path.as_bytes()).is_ok_and(|mode| mode & S_IFMT != S_IFDIR)
}

/// `legacyMainResolve(packageFolder, main, base)` → index of the ending under which the package's main file is.
pub fn legacy_main_resolve(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let kernel = environment.kernel();
    let folder = env.expect_string(info.arg(0), "packageJSONUrl")?;
    let folder = if folder.ends_with('/') { folder } else { format!("{folder}/") };
    let mut target = format!("{folder}index.js");
    if env.is_string(info.arg(1))? {
        let main = env.get_string(info.arg(1))?;
        let base = join(&folder, &main);
        for (index, ending) in MAIN_ENDINGS.iter().enumerate() {
            if is_file(kernel, &format!("{base}{ending}")) {
                return env.size(index);
            }
        }
        target = base;
    }
    for (index, ending) in FOLDER_ENDINGS.iter().enumerate() {
        if is_file(kernel, &format!("{folder}{ending}")) {
            return env.size(MAIN_ENDINGS.len() + index);
        }
    }
    if !env.is_string(info.arg(2))? {
        return Err(Error::invalid_arg_type("The \"base\" argument must be of type string or an instance of URL."));
    }
    let base = env.get_string(info.arg(2))?;
    if ada_url::Url::parse(&base, None).is_err() {
        return Err(Error::type_error("ERR_INVALID_URL", "Invalid URL"));
    }
    let base = file_url_to_path(&base);
    Err(Error::error("ERR_MODULE_NOT_FOUND", format!("Cannot find package '{target}' imported from {base}")))
}

/// The path of a `file:` URL; other text as it is.
fn file_url_to_path(url: &str) -> String {
    let Some(path) = url.strip_prefix("file://") else { return url.to_owned() };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `main` seen from `folder`, without `.` and `..`.
fn join(folder: &str, main: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(main.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

//! Reading package.json: the fields that resolution needs, cached per path as Node caches them for the life of the environment.

use crate::Environment;
use edge_napi::{CallInfo, Env, Error, Result, Value};
use serde_json::value::RawValue;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The fields of a package.json, `exports` and `imports` as JSON text (a string as its contents, as Node hands it over).
#[derive(Debug, Default)]
struct PackageJson {
    name: Option<String>,
    main: Option<String>,
    kind: Kind,
    imports: Option<String>,
    exports: Option<String>,
    path: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    None,
    CommonJs,
    Module,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::CommonJs => "commonjs",
            Self::Module => "module",
        }
    }
}

/// Files read so far; absent ones are looked for again.
#[derive(Default)]
struct Cache(RefCell<HashMap<String, Rc<PackageJson>>>);

/// A package.json that is no JSON object.
struct Invalid;

/// `None`: there is no such file.
fn read(environment: &Environment, path: &str) -> std::result::Result<Option<Rc<PackageJson>>, Invalid> {
    let cache = environment.state::<Cache>();
    if let Some(found) = cache.0.borrow().get(path) {
        return Ok(Some(found.clone()));
    }
    let Ok(bytes) = environment.kernel().read_file(path.as_bytes(), usize::MAX) else { return Ok(None) };
    let package = Rc::new(parse(&bytes, path).ok_or(Invalid)?);
    cache.0.borrow_mut().insert(path.to_owned(), package.clone());
    Ok(Some(package))
}

fn parse(bytes: &[u8], path: &str) -> Option<PackageJson> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // Keys in order, values as text: of a key that stands twice the last counts, as in JSON.parse.
    let fields: HashMap<String, Box<RawValue>> = serde_json::from_str(text).ok()?;
    let string = |key: &str| fields.get(key).and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
    let structure = |key: &str| {
        fields.get(key).and_then(|raw| {
            let text = raw.get();
            match text.as_bytes().first() {
                Some(b'{' | b'[') => Some(text.to_owned()),
                Some(b'"') => serde_json::from_str::<String>(text).ok(),
                _ => None,
            }
        })
    };
    Some(PackageJson {
        name: string("name"),
        main: string("main"),
        kind: match string("type").as_deref() {
            Some("module") => Kind::Module,
            Some("commonjs") => Kind::CommonJs,
            _ => Kind::None,
        },
        imports: structure("imports").filter(|text| text.starts_with('{')),
        exports: structure("exports"),
        path: path.to_owned(),
    })
}

fn invalid(path: &str, importing: Option<(String, String)>) -> Error {
    let context = importing.map_or(String::new(), |(specifier, base)| format!(" while importing \"{specifier}\" from {base}"));
    Error::error("ERR_INVALID_PACKAGE_CONFIG", format!("Invalid package config {path}{context}."))
}

/// `[name, main, type, imports, exports, path]`.
fn to_js(env: Env, package: &PackageJson) -> Result<Value> {
    let text = |text: &Option<String>| match text {
        Some(text) => env.string(text),
        None => env.undefined(),
    };
    let parts = [
        text(&package.name)?,
        text(&package.main)?,
        env.string(package.kind.name())?,
        text(&package.imports)?,
        text(&package.exports)?,
        env.string(&package.path)?,
    ];
    env.array_from(&parts)
}

/// `readPackageJSON(path, isESM, base, specifier)` → array or undefined.
pub fn read_package_json(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let path = env.get_string(info.arg(0))?;
    match read(&environment, &path) {
        Ok(Some(package)) => to_js(env, &package),
        Ok(None) => Ok(info.undefined()),
        Err(Invalid) => {
            let importing = if env.truthy(info.arg(1))? && env.is_string(info.arg(2))? && env.is_string(info.arg(3))? {
                let base = env.get_string(info.arg(2))?;
                Some((env.get_string(info.arg(3))?, base.strip_prefix("file://").map_or(base.clone(), percent_decode)))
            } else {
                None
            };
            Err(invalid(&path, importing))
        }
    }
}

/// The nearest package.json above a file, not past a `node_modules` folder.
fn nearest(environment: &Environment, file: &str) -> Result<Option<Rc<PackageJson>>> {
    let mut directory = file;
    while let Some(at) = directory.rfind('/') {
        directory = &directory[..at];
        if directory.ends_with("/node_modules") {
            return Ok(None);
        }
        let path = format!("{directory}/package.json");
        match read(environment, &path) {
            Ok(Some(package)) => return Ok(Some(package)),
            Ok(None) => {}
            Err(Invalid) => return Err(invalid(&path, None)),
        }
    }
    Ok(None)
}

/// `getNearestParentPackageJSON(path)` → array or undefined.
pub fn get_nearest_parent_package_json(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    match nearest(&environment, &env.get_string(info.arg(0))?)? {
        Some(package) => to_js(env, &package),
        None => Ok(info.undefined()),
    }
}

/// `getNearestParentPackageJSONType(path)` → type, or undefined without a package.json.
pub fn get_nearest_parent_package_json_type(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    match nearest(&environment, &env.get_string(info.arg(0))?)? {
        Some(package) => env.string(package.kind.name()),
        None => Ok(info.undefined()),
    }
}

/// The scope of a `file:` URL: its package, or the path where the search ended.
fn scope(environment: &Environment, url: &str) -> Result<std::result::Result<Rc<PackageJson>, String>> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode(path.strip_prefix("file://").unwrap_or(path));
    let mut directory = path.as_str();
    let mut last = "/package.json".to_owned();
    while let Some(at) = directory.rfind('/') {
        directory = &directory[..at];
        last = format!("{directory}/package.json");
        if directory.ends_with("/node_modules") {
            break;
        }
        match read(environment, &last) {
            Ok(Some(package)) => return Ok(Ok(package)),
            Ok(None) => {}
            Err(Invalid) => return Err(invalid(&last, None)),
        }
    }
    Ok(Err(last))
}

/// `getPackageScopeConfig(url)` → array, or the path of the package.json that is not there.
pub fn get_package_scope_config(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    match scope(&environment, &env.get_string(info.arg(0))?)? {
        Ok(package) => to_js(env, &package),
        Err(path) => env.string(&path),
    }
}

/// `getPackageType(url)` → `module` or `commonjs`, else undefined.
pub fn get_package_type(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    match scope(&environment, &env.get_string(info.arg(0))?)? {
        Ok(package) if package.kind != Kind::None => env.string(package.kind.name()),
        _ => Ok(info.undefined()),
    }
}

/// `%41` → `A`; bytes that make no UTF-8 become U+FFFD.
fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_taken_as_node_takes_them() {
        let package = parse(br##"{"name":"n","main":5,"type":"module","exports":{ "a":1 },"imports":"x","main2":null}"##, "/p").unwrap();
        assert_eq!(package.name.as_deref(), Some("n"));
        assert_eq!(package.main, None);
        assert_eq!(package.kind, Kind::Module);
        assert_eq!(package.exports.as_deref(), Some("{ \"a\":1 }"));
        assert_eq!(package.imports, None);
        assert!(parse(b"[1]", "/p").is_none());
        assert!(parse(b"{", "/p").is_none());
        assert_eq!(percent_decode("/a%20b%zz"), "/a b%zz");
    }
}

//! `internalBinding('url')`: the WHATWG URL parser (ada, as in Node). The library keeps a URL as its `href` and nine numbers into it,
//! which every successful call leaves in `urlComponents`.

use crate::text::{expect_string, text};
use crate::{Binding, Environment, Target, natives};
use ada_url::{Idna, Url};
use edge_encoding::utf8;
use edge_napi::{CallInfo, Env, Error, ErrorKind, Result, Value};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "url",
    natives: natives!("url";
        "canParse" => can_parse,
        "domainToASCII" => domain_to_ascii,
        "domainToUnicode" => domain_to_unicode,
        "format" => format,
        "getOrigin" => get_origin,
        "parse" => parse,
        "pathToFileURL" => path_to_file_url,
        "update" => update,
    ),
    init,
};

/// Root of the shared array.
const COMPONENTS: &str = "url.urlComponents";

fn init(target: &Target<'_>) -> Result<()> {
    target.methods()?;
    target.aliased::<u32>("urlComponents", 9)?;
    Ok(())
}

/// `parse(input, base, raiseException)`: the href, or undefined.
fn parse(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let input = string(env, info.arg(0))?;
    let base = optional_string(env, info.arg(1))?;
    match Url::parse(input.as_str(), base.as_deref()) {
        Ok(url) => answer(env, &url),
        Err(_) if env.truthy(info.arg(2))? => Err(invalid_url(env, &input, base.as_deref())),
        Err(_) => Ok(info.undefined()),
    }
}

/// `canParse(input, base)`.
fn can_parse(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let input = string(env, info.arg(0))?;
    let base = optional_string(env, info.arg(1))?;
    env.boolean(Url::can_parse(&input, base.as_deref()))
}

/// `pathToFileURL(path, isWindows, hostname)`: the href of an absolute path.
fn path_to_file_url(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let path = string(env, info.arg(0))?;
    let is_windows = env.truthy(info.arg(1))?;
    let hostname = optional_string(env, info.arg(2))?;
    let mut url = Url::parse(encode_path(&path, is_windows).as_str(), None).map_err(|_| invalid_url(env, &path, None))?;
    if let Some(hostname) = hostname.filter(|_| is_windows) {
        url.set_hostname(Some(&hostname)).map_err(|()| invalid_url(env, &path, None))?;
    }
    answer(env, &url)
}

/// `file://` and the path, with every character percent-encoded that the URL parser would read as syntax, or drop, or that RFC 1738
/// calls unsafe.
fn encode_path(path: &str, is_windows: bool) -> String {
    let mut encoded = String::with_capacity(path.len() + 16);
    encoded.push_str("file://");
    for character in path.chars() {
        match character {
            '\\' if is_windows => encoded.push('/'),
            '\0' | '\t' | '\n' | '\r' | ' ' | '"' | '#' | '%' | '?' | '[' | '\\' | ']' | '^' | '|' | '~' => {
                encoded.push_str(&std::format!("%{:02X}", u32::from(character)));
            }
            _ => encoded.push(character),
        }
    }
    encoded
}

/// Changes one part of a URL; refuses a value that does not fit there.
type Setter = fn(&mut Url, &str) -> Result<(), ()>;

/// What `update` changes, by the library's numbers (`urlUpdateActions`).
const SETTERS: [Setter; 10] = [
    |url, value| url.set_protocol(value),
    |url, value| url.set_host(Some(value)),
    |url, value| url.set_hostname(Some(value)),
    |url, value| url.set_port(Some(value)),
    |url, value| url.set_username(Some(value)),
    |url, value| url.set_password(Some(value)),
    |url, value| url.set_pathname(Some(value)),
    |url, value| {
        url.set_search(Some(value));
        Ok(())
    },
    |url, value| {
        url.set_hash(Some(value));
        Ok(())
    },
    |url, value| url.set_href(value),
];

/// `update(href, action, value)`: the new href, or false when the value does not fit there.
fn update(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let href = string(env, info.arg(0))?;
    let action = env.get_u32(info.arg(1))?;
    let value = string(env, info.arg(2))?;
    let set = usize::try_from(action).ok().and_then(|action| SETTERS.get(action));
    let set = set.ok_or_else(|| Error::type_error("ERR_INVALID_ARG_VALUE", "Unsupported URL update action"))?;
    let mut url = Url::parse(href.as_str(), None).map_err(|_| invalid_url(env, &href, None))?;
    match set(&mut url, &value) {
        Ok(()) => answer(env, &url),
        Err(()) => env.boolean(false),
    }
}

/// `format(href, hash, unicode, search, auth)`: the href without the parts whose flag is false, its host in Unicode on request.
fn format(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let href = string(env, info.arg(0))?;
    let flag = |index: usize| env.truthy(info.arg(index));
    let (hash, unicode, search, auth) = (flag(1)?, flag(2)?, flag(3)?, flag(4)?);
    let url = Url::parse(href.as_str(), None).map_err(|_| invalid_url(env, &href, None))?;
    env.string(&format_href(&url, hash, unicode, search, auth))
}

/// The href, put together from the parts that are wanted.
fn format_href(url: &Url, hash: bool, unicode: bool, search: bool, auth: bool) -> String {
    let parts = url.components();
    let href = url.href();
    let part = |start: u32, end: u32| href.get(start as usize..end as usize).unwrap_or_default();
    let end = href.len() as u32;
    let search_start = parts.search_start.or(parts.hash_start).unwrap_or(end);
    let hash_start = parts.hash_start.unwrap_or(end);
    let pathname_start = parts.pathname_start.unwrap_or(search_start);

    let mut result = String::from(part(0, parts.protocol_end));
    if part(parts.protocol_end, end).starts_with("//") {
        result.push_str("//");
        // `host_start` is where the `@` stands, if there is one.
        if auth && part(parts.host_start, parts.host_end).starts_with('@') {
            result.push_str(part(parts.protocol_end + 2, parts.host_start + 1));
        }
        if unicode {
            result.push_str(&Idna::unicode(url.hostname()));
        } else {
            result.push_str(url.hostname());
        }
    }
    // The port; without a host, the `/.` that keeps a path of two slashes from reading as one.
    result.push_str(part(parts.host_end, pathname_start));
    result.push_str(part(pathname_start, search_start));
    if search {
        result.push_str(part(search_start, hash_start));
    }
    if hash {
        result.push_str(part(hash_start, end));
    }
    result
}

/// `getOrigin(href)`.
fn get_origin(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let href = string(env, info.arg(0))?;
    let url = Url::parse(href.as_str(), None).map_err(|_| Error::type_error("ERR_INVALID_URL", "Invalid URL"))?;
    env.string(&url.origin())
}

/// `domainToASCII(domain)`: as the host of a special URL; the empty string when it is none.
fn domain_to_ascii(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.string(&special_host(&string(env, info.arg(0))?).unwrap_or_default())
}

/// `domainToUnicode(domain)`: the same, decoded.
fn domain_to_unicode(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let host = special_host(&string(env, info.arg(0))?);
    env.string(&host.map(|host| Idna::unicode(&host)).unwrap_or_default())
}

/// The domain as a URL of a special scheme serialises it, which is where IDNA and IPv4 numbers are read.
fn special_host(domain: &str) -> Option<String> {
    if domain.is_empty() {
        return None;
    }
    let mut url = Url::parse("ws://x", None).ok()?;
    url.set_hostname(Some(domain)).ok()?;
    Some(url.hostname().to_owned())
}

/// The href, its components in the shared array.
fn answer(env: Env, url: &Url) -> Result<Value> {
    const NONE: u32 = u32::MAX;
    let parts = url.components();
    Environment::of(env)?.aliased::<u32>(COMPONENTS)?.set_all(&[
        parts.protocol_end,
        parts.username_end,
        parts.host_start,
        parts.host_end,
        parts.port.unwrap_or(NONE),
        parts.pathname_start.unwrap_or(NONE),
        parts.search_start.unwrap_or(NONE),
        parts.hash_start.unwrap_or(NONE),
        url.scheme_type() as u32,
    ]);
    env.string(url.href())
}

/// Node's `ERR_INVALID_URL`, with what was parsed.
fn invalid_url(env: Env, input: &str, base: Option<&str>) -> Error {
    let make = || -> Result<Value> {
        let error = env.create_error(ErrorKind::TypeError, "ERR_INVALID_URL", "Invalid URL")?;
        env.set(error, "input", env.string(input)?)?;
        if let Some(base) = base {
            env.set(error, "base", env.string(base)?)?;
        }
        Ok(error)
    };
    make().map_or_else(|error| error, Error::Value)
}

/// A string argument as UTF-8; lone surrogates become U+FFFD, as the URL standard's USVStrings have it.
fn string(env: Env, value: Value) -> Result<String> {
    expect_string(env, value)?;
    let bytes = env.with_str(value, |s| utf8::encode_to_vec(text(s)))?;
    String::from_utf8(bytes).map_err(|_| Error::error("ERR_INTERNAL_ASSERTION", "the encoder made ill-formed UTF-8"))
}

fn optional_string(env: Env, value: Value) -> Result<Option<String>> {
    if env.is_string(value)? { string(env, value).map(Some) } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expected values are Node 24.12's own answers.

    #[test]
    fn paths() {
        let href = |path, is_windows| Url::parse(encode_path(path, is_windows).as_str(), None).unwrap().href().to_owned();
        assert_eq!(href("/a b/?#%\\é\t", false), "file:///a%20b/%3F%23%25%5C%C3%A9%09");
        assert_eq!(href("C:\\a", true), "file:///C:/a");
        assert_eq!(href("\\\\srv\\share\\x?y#z", true), "file:////srv/share/x%3Fy%23z");
    }

    #[test]
    fn formatted() {
        let format = |href, hash, unicode, search, auth| format_href(&Url::parse(href, None).unwrap(), hash, unicode, search, auth);
        let href = "http://u:p@xn--fiq228c.com:81/a?b#c";
        assert_eq!(format(href, true, true, true, true), "http://u:p@中文.com:81/a?b#c");
        assert_eq!(format(href, false, false, false, false), "http://xn--fiq228c.com:81/a");
        for href in [href, "http://u@a/", "file:///a?#", "mailto:a@b?c", "web+demo:/.//not-a-host/", "data:x#y", "ws://[::1]/"] {
            assert_eq!(format(href, true, false, true, true), href);
        }
        assert_eq!(format("http://u@a/?x", true, false, false, false), "http://a/");
        assert_eq!(format("file:///a?b", true, true, true, true), "file:///a?b");
    }

    #[test]
    fn domains() {
        assert_eq!(special_host("español.com").as_deref(), Some("xn--espaol-zwa.com"));
        assert_eq!(special_host("1.2.3").as_deref(), Some("1.2.0.3"));
        for bad in ["", "a b", "xn--iñvalid.com"] {
            assert_eq!(special_host(bad), None);
        }
    }
}

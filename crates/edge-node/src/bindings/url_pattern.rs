//! `internalBinding('url_pattern')`: the `URLPattern` class, over Deno's implementation of the URL Pattern Standard.
//!
//! Groups written as regular expressions are matched by the `regex` crate, in linear time and without look-around and back
//! references; a pattern that uses those is refused where Node accepts it.

use crate::text::text;
use crate::{Binding, Target, natives};
use edge_encoding::utf8;
use edge_napi::types::{napi_enumerable, napi_valuetype};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use urlpattern::component::Component;
use urlpattern::quirks::{StringOrInit, UrlPatternInit, process_construct_pattern_input, process_match_input};
use urlpattern::regexp::RegExp;
use urlpattern::{RegexSyntax, UrlPattern, UrlPatternComponentResult, UrlPatternOptions, UrlPatternResult};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "url_pattern",
    natives: natives!("url_pattern";
        "URLPattern" => construct,
        "URLPattern#exec" => exec,
        "URLPattern#test" => test,
        "URLPattern#get protocol" => |env, info| component(env, info, |pattern| pattern.protocol()),
        "URLPattern#get username" => |env, info| component(env, info, |pattern| pattern.username()),
        "URLPattern#get password" => |env, info| component(env, info, |pattern| pattern.password()),
        "URLPattern#get hostname" => |env, info| component(env, info, |pattern| pattern.hostname()),
        "URLPattern#get port" => |env, info| component(env, info, |pattern| pattern.port()),
        "URLPattern#get pathname" => |env, info| component(env, info, |pattern| pattern.pathname()),
        "URLPattern#get search" => |env, info| component(env, info, |pattern| pattern.search()),
        "URLPattern#get hash" => |env, info| component(env, info, |pattern| pattern.hash()),
        "URLPattern#get hasRegExpGroups" => has_reg_exp_groups,
    ),
    init,
};

/// The components in the order of the standard, by JavaScript's names.
const COMPONENTS: [&str; 8] = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    let class = target.class("url_pattern.URLPattern")?.install(target.object)?;
    for name in COMPONENTS.iter().chain(&["hasRegExpGroups"]) {
        let getter = env.native_id(&format!("url_pattern.URLPattern#get {name}"))?;
        env.define_accessor(class.prototype, env.key(name)?, Some(getter), None, napi_enumerable)?;
    }
    for name in ["exec", "test"] {
        env.set_method(class.prototype, &format!("url_pattern.URLPattern#{name}"), name)?;
    }
    Ok(())
}

type Pattern = UrlPattern<PatternRegExp>;

/// A regular expression that knows of `ignoreCase`, which the crate's own does not.
struct PatternRegExp(regex::Regex);

impl RegExp for PatternRegExp {
    fn syntax() -> RegexSyntax {
        RegexSyntax::Rust
    }

    fn parse(pattern: &str, flags: &str, _force_eval: bool) -> std::result::Result<Self, ()> {
        regex::RegexBuilder::new(pattern).case_insensitive(flags.contains('i')).build().map(Self).map_err(|_| ())
    }

    fn matches<'a>(&self, text: &'a str) -> Option<Vec<Option<&'a str>>> {
        self.0.matches(text)
    }

    fn pattern_string(&self) -> &str {
        self.0.as_str()
    }
}

/// `new URLPattern(input, baseURL, options)`: all optional, `options` also in second place.
fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    if info.new_target().is_none() {
        return Err(Error::type_error("ERR_CONSTRUCT_CALL_REQUIRED", "Cannot call constructor without `new`"));
    }
    let input = match info.len() {
        0 => StringOrInit::Init(UrlPatternInit::default()),
        _ => read_input(env, info.arg(0), "Input must be an object or a string")?,
    };
    let (mut base_url, mut options) = (None, UrlPatternOptions::default());
    if let Some(second) = info.optional(env, 1)? {
        if env.is_string(second)? {
            base_url = Some(read_string(env, second)?);
        } else if env.is_object(second)? {
            options = read_options(env, second)?;
        } else {
            return Err(Error::invalid_arg_type("second argument must be a string or object"));
        }
    }
    if let Some(third) = info.optional(env, 2)? {
        if !env.is_object(third)? {
            return Err(Error::invalid_arg_type("options must be an object"));
        }
        options = read_options(env, third)?;
    }
    let parse = || -> std::result::Result<Pattern, urlpattern::Error> {
        Pattern::parse(process_construct_pattern_input(input, base_url.as_deref())?, options)
    };
    let pattern = guarded(parse).ok_or_else(|| Error::type_error("ERR_INVALID_URL_PATTERN", "Failed to construct URLPattern"))?;
    env.wrap(info.this(), Rc::new(pattern))?;
    Ok(info.this())
}

/// `exec(input, baseURL)`: the match, or null.
fn exec(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let pattern = env.unwrap::<Pattern>(info.this())?;
    let (input, base_url) = read_match(env, info)?;
    let inputs = [Some(input_value(env, &input)?), base_url.as_deref().map(|base| env.string(base)).transpose()?];
    let result =
        run(&pattern, input, base_url.as_deref()).ok_or_else(|| Error::type_error("ERR_OPERATION_FAILED", "Failed to exec URLPattern"))?;
    match result {
        Some(result) => result_value(env, &pattern, &result, &inputs.into_iter().flatten().collect::<Vec<_>>()),
        None => env.null(),
    }
}

/// `test(input, baseURL)`.
fn test(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    let pattern = env.unwrap::<Pattern>(info.this())?;
    let (input, base_url) = read_match(env, info)?;
    let result =
        run(&pattern, input, base_url.as_deref()).ok_or_else(|| Error::type_error("ERR_OPERATION_FAILED", "Failed to test URLPattern"))?;
    env.boolean(result.is_some())
}

fn component(env: Env, info: &CallInfo<'_>, of: fn(&Pattern) -> &str) -> Result<Value> {
    env.string(of(&*env.unwrap::<Pattern>(info.this())?))
}

fn has_reg_exp_groups(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    env.boolean(env.unwrap::<Pattern>(info.this())?.has_regexp_groups())
}

/// The match; `None` inside for input that is no URL or does not match, `None` outside for input that cannot be matched at all.
fn run(pattern: &Pattern, input: StringOrInit<'_>, base_url: Option<&str>) -> Option<Option<UrlPatternResult>> {
    guarded(|| match process_match_input(input, base_url)? {
        Some((input, _)) => pattern.exec(input),
        None => Ok(None),
    })
}

/// Runs the crate's code, which slices and unwraps on text that the program chose: a mistake in it must cost the program an exception,
/// not the host its life.
fn guarded<T>(run: impl FnOnce() -> std::result::Result<T, urlpattern::Error>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()?.ok()
}

fn read_match(env: Env, info: &CallInfo<'_>) -> Result<(StringOrInit<'static>, Option<String>)> {
    let input = match info.len() {
        0 => StringOrInit::Init(UrlPatternInit::default()),
        _ => read_input(env, info.arg(0), "URLPattern input needs to be a string or an object")?,
    };
    let base_url = match info.optional(env, 1)? {
        Some(base) if env.is_string(base)? => Some(read_string(env, base)?),
        Some(_) => return Err(Error::invalid_arg_type("baseURL must be a string")),
        None => None,
    };
    Ok((input, base_url))
}

fn read_input(env: Env, value: Value, expected: &str) -> Result<StringOrInit<'static>> {
    if env.is_string(value)? {
        return Ok(StringOrInit::String(read_string(env, value)?.into()));
    }
    if !env.is_object(value)? {
        return Err(Error::invalid_arg_type(expected));
    }
    let member = |name: &str| -> Result<Option<String>> {
        let value = env.get(value, name)?;
        // Like Node, and unlike a WebIDL dictionary: what is no string does not count.
        if env.is_string(value)? { read_string(env, value).map(Some) } else { Ok(None) }
    };
    Ok(StringOrInit::Init(UrlPatternInit {
        protocol: member("protocol")?,
        username: member("username")?,
        password: member("password")?,
        hostname: member("hostname")?,
        port: member("port")?,
        pathname: member("pathname")?,
        search: member("search")?,
        hash: member("hash")?,
        base_url: member("baseURL")?,
    }))
}

fn read_options(env: Env, object: Value) -> Result<UrlPatternOptions> {
    let ignore_case = env.get(object, "ignoreCase")?;
    let ignore_case = match env.type_of(ignore_case)? {
        napi_valuetype::napi_boolean => env.get_bool(ignore_case)?,
        napi_valuetype::napi_undefined => false,
        _ => return Err(Error::invalid_arg_type("options.ignoreCase must be a boolean")),
    };
    Ok(UrlPatternOptions { ignore_case, ..UrlPatternOptions::default() })
}

fn read_string(env: Env, value: Value) -> Result<String> {
    let bytes = env.with_str(value, |s| utf8::encode_to_vec(text(s)))?;
    String::from_utf8(bytes).map_err(|_| Error::error("ERR_INTERNAL_ASSERTION", "the encoder made ill-formed UTF-8"))
}

/// The input as `exec` hands it back.
fn input_value(env: Env, input: &StringOrInit<'_>) -> Result<Value> {
    let init = match input {
        StringOrInit::String(string) => return env.string(string),
        StringOrInit::Init(init) => init,
    };
    let object = env.object()?;
    let members = [
        &init.protocol,
        &init.username,
        &init.password,
        &init.hostname,
        &init.port,
        &init.pathname,
        &init.search,
        &init.hash,
        &init.base_url,
    ];
    for (name, member) in COMPONENTS.iter().chain(&["baseURL"]).zip(members) {
        env.set(object, name, optional_value(env, member.as_deref())?)?;
    }
    Ok(object)
}

fn result_value(env: Env, pattern: &Pattern, result: &UrlPatternResult, inputs: &[Value]) -> Result<Value> {
    let object = env.null_object()?;
    env.set(object, "inputs", env.array_from(inputs)?)?;
    let components: [(&Component<PatternRegExp>, &UrlPatternComponentResult); 8] = [
        (&pattern.protocol, &result.protocol),
        (&pattern.username, &result.username),
        (&pattern.password, &result.password),
        (&pattern.hostname, &result.hostname),
        (&pattern.port, &result.port),
        (&pattern.pathname, &result.pathname),
        (&pattern.search, &result.search),
        (&pattern.hash, &result.hash),
    ];
    for (name, (component, result)) in COMPONENTS.iter().zip(components) {
        let groups = env.object()?;
        // In the pattern's order; the crate's map has none.
        for group in &component.group_name_list {
            let value = result.groups.get(group).and_then(Option::as_deref);
            env.set(groups, group, optional_value(env, value)?)?;
        }
        let part = env.object()?;
        env.set(part, "input", env.string(&result.input)?)?;
        env.set(part, "groups", groups)?;
        env.set(object, name, part)?;
    }
    Ok(object)
}

fn optional_value(env: Env, value: Option<&str>) -> Result<Value> {
    value.map_or_else(|| env.undefined(), |value| env.string(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(pathname: &str, ignore_case: bool) -> Option<Pattern> {
        let init = UrlPatternInit { pathname: Some(pathname.into()), ..UrlPatternInit::default() };
        let options = UrlPatternOptions { ignore_case, ..UrlPatternOptions::default() };
        guarded(|| Pattern::parse(process_construct_pattern_input(StringOrInit::Init(init), None)?, options))
    }

    fn matches(pattern: &Pattern, pathname: &str) -> Option<UrlPatternResult> {
        let init = UrlPatternInit { pathname: Some(pathname.into()), ..UrlPatternInit::default() };
        run(pattern, StringOrInit::Init(init), None).unwrap()
    }

    #[test]
    fn groups_and_case() {
        let found = matches(&pattern("/:b/:a", false).unwrap(), "/1/2").unwrap();
        assert_eq!(found.pathname.groups["a"].as_deref(), Some("2"));
        assert!(matches(&pattern("/A", true).unwrap(), "/a").is_some());
        assert!(matches(&pattern("/A", false).unwrap(), "/a").is_none());
        assert!(pattern("/:a((", false).is_none());
        let optional = matches(&pattern("/foo/:a?", false).unwrap(), "/foo").unwrap();
        assert_eq!(optional.pathname.groups["a"], None);
    }

    #[test]
    fn a_base_beside_an_object_cannot_be_matched() {
        let input = StringOrInit::Init(UrlPatternInit::default());
        assert!(run(&pattern("/a", false).unwrap(), input, Some("https://x")).is_none());
    }
}

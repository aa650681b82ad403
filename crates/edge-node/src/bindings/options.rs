//! `internalBinding('options')`: the command line as the library reads it.

use crate::binding::define_constants;
use crate::options::OptionValue;
use crate::{Binding, Environment, Target, natives};
use edge_napi::{CallInfo, Env, Result, Value};
use edge_node_lib::{ALIASES, OPTIONS, OptionInfo, OptionKind};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "options",
    natives: natives!("options";
        "getCLIOptionsValues" => get_cli_options_values,
        "getCLIOptionsInfo" => get_cli_options_info,
        "getOptionsAsFlags" => get_options_as_flags,
        "getEmbedderOptions" => get_embedder_options,
        "getEnvOptionsInputType" => get_env_options_input_type,
        "getNamespaceOptionsInputType" => get_namespace_options_input_type,
    ),
    init,
};

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    target.methods()?;
    let settings = env.object()?;
    define_constants(env, settings, &[("kAllowedInEnvvar", 0), ("kDisallowedInEnvvar", 1)])?;
    target.value("envSettings", settings)?;
    let types = env.object()?;
    define_constants(
        env,
        types,
        &[
            ("kNoOp", OptionKind::NoOp as i32),
            ("kV8Option", OptionKind::V8Option as i32),
            ("kBoolean", OptionKind::Boolean as i32),
            ("kInteger", OptionKind::Integer as i32),
            ("kUInteger", OptionKind::UInteger as i32),
            ("kString", OptionKind::String as i32),
            ("kHostPort", OptionKind::HostPort as i32),
            ("kStringList", OptionKind::StringList as i32),
        ],
    )?;
    target.value("types", types)
}

/// One object keyed by option, with every `--no-x` of a boolean.
fn get_cli_options_values(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let options = environment.cli();
    let result = env.null_object()?;
    for (option, value) in options.iter() {
        let _scope = env.scope()?;
        let js = match value {
            OptionValue::Given(false) => env.undefined()?,
            OptionValue::Given(true) => env.boolean(true)?,
            OptionValue::Bool(on) => {
                if !option.name.starts_with('[') {
                    env.set(result, &format!("--no-{}", &option.name[2..]), env.boolean(!on)?)?;
                }
                env.boolean(*on)?
            }
            OptionValue::Number(number) => env.number(*number)?,
            OptionValue::Text(text) if option.kind == OptionKind::HostPort => {
                let (host, port) = text.rsplit_once(':').unwrap_or(("127.0.0.1", text));
                let object = env.object()?;
                env.set(object, "host", env.string(host)?)?;
                env.set(object, "port", env.number(port.parse().unwrap_or(9229.0))?)?;
                object
            }
            OptionValue::Text(text) => env.string(text)?,
            OptionValue::List(list) => {
                let items = list.iter().map(|item| env.string(item)).collect::<Result<Vec<_>>>()?;
                env.array_from(&items)?
            }
        };
        env.set(result, option.name, js)?;
    }
    env.set(result, "[has_eval_string]", env.boolean(options.has_eval_string)?)?;
    Ok(result)
}

/// `{ options: Map(name → { helpText, envVarSettings, type, defaultIsTrue }), aliases: Map }`.
fn get_cli_options_info(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let map_class = env.get(env.global()?, "Map")?;
    let (options, aliases) = (env.construct(map_class, &[])?, env.construct(map_class, &[])?);
    for option in OPTIONS {
        let _scope = env.scope()?;
        let info = env.null_object()?;
        env.set(info, "helpText", env.string(option.help)?)?;
        env.set(info, "envVarSettings", env.int32(i32::from(!option.allowed_in_env))?)?;
        env.set(info, "type", env.int32(option.kind as i32)?)?;
        env.set(info, "defaultIsTrue", env.boolean(option.default_is_true)?)?;
        env.call_method(options, "set", &[env.string(option.name)?, info])?;
    }
    for (name, expansion) in ALIASES {
        let _scope = env.scope()?;
        let items = expansion.iter().map(|item| env.string(item)).collect::<Result<Vec<_>>>()?;
        env.call_method(aliases, "set", &[env.string(name)?, env.array_from(&items)?])?;
    }
    let result = env.object()?;
    env.set(result, "options", options)?;
    env.set(result, "aliases", aliases)?;
    Ok(result)
}

/// The options as flags for a child that is to run alike.
fn get_options_as_flags(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let environment = Environment::of(env)?;
    let flags = env.array()?;
    for (option, value) in environment.cli().iter().filter(|(option, _)| option.name.starts_with("--")) {
        let _scope = env.scope()?;
        let texts = match value {
            OptionValue::Given(on) => on.then(|| option.name.to_owned()).into_iter().collect(),
            OptionValue::Bool(true) if !option.default_is_true => vec![option.name.to_owned()],
            OptionValue::Bool(false) if option.default_is_true => vec![format!("--no-{}", &option.name[2..])],
            OptionValue::Bool(_) => Vec::new(),
            OptionValue::Number(number) if number.to_string() != option.default => vec![format!("{}={number}", option.name)],
            OptionValue::Text(text) if text != option.default => vec![format!("{}={text}", option.name)],
            OptionValue::Number(_) | OptionValue::Text(_) => Vec::new(),
            OptionValue::List(list) => list.iter().map(|item| format!("{}={item}", option.name)).collect(),
        };
        for text in texts {
            env.push(flags, env.string(&text)?)?;
        }
    }
    Ok(flags)
}

fn get_embedder_options(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let options = env.null_object()?;
    for name in ["shouldNotRegisterESMLoader", "noBrowserGlobals", "hasEmbedderPreload"] {
        env.set(options, name, env.boolean(false)?)?;
    }
    let environment = Environment::of(env)?;
    env.set(options, "noGlobalSearchPaths", env.boolean(!environment.cli().flag("--global-search-paths"))?)?;
    Ok(options)
}

/// How the configuration file spells an option's type.
fn input_type(option: &OptionInfo) -> Option<&'static str> {
    match option.kind {
        OptionKind::NoOp | OptionKind::V8Option => None,
        OptionKind::Boolean => Some("boolean"),
        OptionKind::Integer | OptionKind::UInteger | OptionKind::HostPort => Some("number"),
        OptionKind::String => Some("string"),
        OptionKind::StringList => Some("array"),
    }
}

fn input_types(env: Env, options: impl Iterator<Item = &'static OptionInfo>) -> Result<Value> {
    let map = env.construct(env.get(env.global()?, "Map")?, &[])?;
    for option in options {
        if let Some(kind) = input_type(option) {
            let _scope = env.scope()?;
            env.call_method(map, "set", &[env.string(option.name)?, env.string(kind)?])?;
        }
    }
    Ok(map)
}

fn get_env_options_input_type(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    input_types(env, OPTIONS.iter().filter(|option| option.allowed_in_env))
}

/// Options of the configuration file's sections `testRunner` and `watch`.
fn get_namespace_options_input_type(env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    let map = env.construct(env.get(env.global()?, "Map")?, &[])?;
    for (section, prefixes) in [("testRunner", &["--test-", "--experimental-test-"]), ("watch", &["--watch", "--watch-"])] {
        let types = input_types(env, OPTIONS.iter().filter(|option| prefixes.iter().any(|prefix| option.name.starts_with(prefix))))?;
        env.call_method(map, "set", &[env.string(section)?, types])?;
    }
    Ok(map)
}

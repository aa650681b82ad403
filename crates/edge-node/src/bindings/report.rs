//! `internalBinding('report')`: the settings of diagnostic reports. Reports themselves are not made.

use crate::{Binding, Environment, natives};
use edge_napi::{CallInfo, Env, Error, Result, Value};
use std::cell::{Cell, RefCell};

/// The binding.
pub const BINDING: Binding = Binding {
    name: "report",
    natives: natives!("report";
        "writeReport" => unavailable,
        "getReport" => unavailable,
        "getCompact" => |env, _| flag(env, |settings| &settings.compact),
        "setCompact" => |env, info| set_flag(env, info, |settings| &settings.compact),
        "getExcludeNetwork" => |env, _| flag(env, |settings| &settings.exclude_network),
        "setExcludeNetwork" => |env, info| set_flag(env, info, |settings| &settings.exclude_network),
        "getExcludeEnv" => |env, _| flag(env, |settings| &settings.exclude_env),
        "setExcludeEnv" => |env, info| set_flag(env, info, |settings| &settings.exclude_env),
        "shouldReportOnFatalError" => |env, _| flag(env, |settings| &settings.on_fatal_error),
        "setReportOnFatalError" => |env, info| set_flag(env, info, |settings| &settings.on_fatal_error),
        "shouldReportOnSignal" => |env, _| flag(env, |settings| &settings.on_signal),
        "setReportOnSignal" => |env, info| set_flag(env, info, |settings| &settings.on_signal),
        "shouldReportOnUncaughtException" => |env, _| flag(env, |settings| &settings.on_uncaught_exception),
        "setReportOnUncaughtException" => |env, info| set_flag(env, info, |settings| &settings.on_uncaught_exception),
        "getDirectory" => |env, _| text(env, |settings| &settings.directory),
        "setDirectory" => |env, info| set_text(env, info, |settings| &settings.directory),
        "getFilename" => |env, _| text(env, |settings| &settings.filename),
        "setFilename" => |env, info| set_text(env, info, |settings| &settings.filename),
        "getSignal" => |env, _| text(env, |settings| &settings.signal),
        "setSignal" => |env, info| set_text(env, info, |settings| &settings.signal),
    ),
    init: |target| target.methods(),
};

struct Settings {
    compact: Cell<bool>,
    exclude_network: Cell<bool>,
    exclude_env: Cell<bool>,
    on_fatal_error: Cell<bool>,
    on_signal: Cell<bool>,
    on_uncaught_exception: Cell<bool>,
    directory: RefCell<String>,
    filename: RefCell<String>,
    signal: RefCell<String>,
}

impl Settings {
    fn of(environment: &Environment) -> std::rc::Rc<Self> {
        let cli = environment.cli();
        environment.state_or(|| Self {
            compact: Cell::new(cli.flag("--report-compact")),
            exclude_network: Cell::new(cli.flag("--report-exclude-network")),
            exclude_env: Cell::new(cli.flag("--report-exclude-env")),
            on_fatal_error: Cell::new(cli.flag("--report-on-fatalerror")),
            on_signal: Cell::new(cli.flag("--report-on-signal")),
            on_uncaught_exception: Cell::new(cli.flag("--report-uncaught-exception")),
            directory: RefCell::new(cli.text("--report-dir").to_owned()),
            filename: RefCell::new(cli.text("--report-filename").to_owned()),
            signal: RefCell::new(cli.text("--report-signal").to_owned()),
        })
    }
}

fn flag(env: Env, which: impl Fn(&Settings) -> &Cell<bool>) -> Result<Value> {
    env.boolean(which(&Settings::of(&*Environment::of(env)?)).get())
}

fn set_flag(env: Env, info: &CallInfo<'_>, which: impl Fn(&Settings) -> &Cell<bool>) -> Result<Value> {
    which(&Settings::of(&*Environment::of(env)?)).set(env.truthy(info.arg(0))?);
    Ok(info.undefined())
}

fn text(env: Env, which: impl Fn(&Settings) -> &RefCell<String>) -> Result<Value> {
    env.string(&which(&Settings::of(&*Environment::of(env)?)).borrow())
}

fn set_text(env: Env, info: &CallInfo<'_>, which: impl Fn(&Settings) -> &RefCell<String>) -> Result<Value> {
    let value = env.expect_string(info.arg(0), "value")?;
    which(&Settings::of(&*Environment::of(env)?)).replace(value);
    Ok(info.undefined())
}

fn unavailable(_env: Env, _info: &CallInfo<'_>) -> Result<Value> {
    Err(Error::unavailable("Diagnostic report"))
}

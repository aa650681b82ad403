//! `internalBinding('sqlite')`: `node:sqlite` over [`edge_sqlite`].
//!
//! * `database.rs` is `DatabaseSync`'s state and the door to every call of SQLite's, `database_methods.rs` what programs call of it,
//!   `options.rs` and `path.rs` its constructor's arguments.
//! * `prepared.rs` is `StatementSync`'s state, `statement.rs` its methods, `iterator.rs` what `iterate()` answers, `tag_store.rs`
//!   `SQLTagStore`.
//! * `functions.rs` and `aggregate.rs` are functions of SQL in JavaScript; `hooks.rs` runs them, and the authorizer.
//! * `session.rs`, `backup.rs`, `value.rs` (values in both directions), `failure.rs`.
//!
//! What SQLite forbids within its callbacks (to close the database, to restart the statement that runs) is an `ERR_INVALID_STATE` here;
//! in Node it is a crash. Extensions are never loaded.

mod aggregate;
mod backup;
mod database;
mod database_methods;
mod failure;
mod functions;
mod hooks;
mod iterator;
mod options;
mod path;
mod prepared;
mod session;
mod statement;
mod tag_store;
mod value;

pub use database::file_layer;
pub use failure::sqlite_error;

use crate::{Binding, Target, natives};
use edge_napi::types::{napi_default_jsproperty, napi_enumerable};
use edge_napi::{Class, Env, Result};
use edge_sqlite::codes;

/// The binding.
pub const BINDING: Binding = Binding {
    name: "sqlite",
    natives: natives!("sqlite";
        "DatabaseSync" => database_methods::construct,
        "DatabaseSync#get isOpen" => database_methods::is_open,
        "DatabaseSync#get isTransaction" => database_methods::is_transaction,
        "DatabaseSync#open" => database_methods::open,
        "DatabaseSync#close" => database_methods::close,
        "DatabaseSync#dispose" => database_methods::dispose,
        "DatabaseSync#prepare" => database_methods::prepare,
        "DatabaseSync#exec" => database_methods::exec,
        "DatabaseSync#function" => functions::function,
        "DatabaseSync#createTagStore" => tag_store::create,
        "DatabaseSync#location" => database_methods::location,
        "DatabaseSync#aggregate" => aggregate::aggregate,
        "DatabaseSync#createSession" => session::create,
        "DatabaseSync#applyChangeset" => session::apply_changeset,
        "DatabaseSync#enableLoadExtension" => database_methods::enable_load_extension,
        "DatabaseSync#enableDefensive" => database_methods::enable_defensive,
        "DatabaseSync#loadExtension" => database_methods::load_extension,
        "DatabaseSync#setAuthorizer" => database_methods::set_authorizer,
        "StatementSync" => statement::construct,
        "StatementSync#get sourceSQL" => statement::source_sql,
        "StatementSync#get expandedSQL" => statement::expanded_sql,
        "StatementSync#iterate" => statement::iterate,
        "StatementSync#all" => statement::all,
        "StatementSync#get" => statement::get,
        "StatementSync#run" => statement::run,
        "StatementSync#columns" => statement::columns,
        "StatementSync#setAllowBareNamedParameters" => statement::set_allow_bare_named_parameters,
        "StatementSync#setAllowUnknownNamedParameters" => statement::set_allow_unknown_named_parameters,
        "StatementSync#setReadBigInts" => statement::set_read_big_ints,
        "StatementSync#setReturnArrays" => statement::set_return_arrays,
        "StatementSyncIterator" => iterator::construct,
        "StatementSyncIterator#next" => iterator::next,
        "StatementSyncIterator#return" => iterator::end,
        "SQLTagStore" => tag_store::construct,
        "SQLTagStore#get capacity" => tag_store::capacity,
        "SQLTagStore#get db" => tag_store::database,
        "SQLTagStore#get" => tag_store::get,
        "SQLTagStore#all" => tag_store::all,
        "SQLTagStore#iterate" => tag_store::iterate,
        "SQLTagStore#run" => tag_store::run,
        "SQLTagStore#clear" => tag_store::clear,
        "SQLTagStore#size" => tag_store::size,
        "Session" => session::construct,
        "Session#changeset" => session::changeset,
        "Session#patchset" => session::patchset,
        "Session#close" => session::close,
        "Session#dispose" => session::dispose,
        "backup" => backup::backup,
    ),
    init,
};

const DATABASE_METHODS: [&str; 14] = [
    "open",
    "close",
    "prepare",
    "exec",
    "function",
    "createTagStore",
    "location",
    "aggregate",
    "createSession",
    "applyChangeset",
    "enableLoadExtension",
    "enableDefensive",
    "loadExtension",
    "setAuthorizer",
];
const STATEMENT_METHODS: [&str; 9] = [
    "iterate",
    "all",
    "get",
    "run",
    "columns",
    "setAllowBareNamedParameters",
    "setAllowUnknownNamedParameters",
    "setReadBigInts",
    "setReturnArrays",
];

fn init(target: &Target<'_>) -> Result<()> {
    let env = target.env;
    let database = target.class("sqlite.DatabaseSync")?.install(target.object)?;
    methods(env, database, "sqlite.DatabaseSync", &DATABASE_METHODS)?;
    dispose(env, database, "sqlite.DatabaseSync#dispose")?;
    let statement = target.class("sqlite.StatementSync")?.install(target.object)?;
    methods(env, statement, "sqlite.StatementSync", &STATEMENT_METHODS)?;
    target.root(prepared::CLASS, statement.constructor)?;
    let session = target.class("sqlite.Session")?.install(target.object)?;
    methods(env, session, "sqlite.Session", &["changeset", "patchset", "close"])?;
    dispose(env, session, "sqlite.Session#dispose")?;
    target.root(session::CLASS, session.constructor)?;
    let store = target.class("sqlite.SQLTagStore")?.finish();
    methods(env, store, "sqlite.SQLTagStore", &["get", "all", "iterate", "run", "clear", "size"])?;
    target.root(tag_store::CLASS, store.constructor)?;
    let iterator = target.class("sqlite.StatementSyncIterator")?.finish();
    methods(env, iterator, "sqlite.StatementSyncIterator", &["next", "return"])?;
    let parent = env.get(env.get(env.global()?, "Iterator")?, "prototype")?;
    env.set_prototype(iterator.prototype, parent)?;
    target.root(iterator::CLASS, iterator.constructor)?;
    let constants = env.object()?;
    for (name, value) in CONSTANTS {
        env.define_constant(constants, name, env.int32(*value)?)?;
    }
    target.value("constants", constants)?;
    let backup = env.native_function("sqlite.backup", "backup")?;
    env.define(backup, env.key("length")?, env.int32(2)?, edge_napi::types::napi_configurable)?;
    target.value("backup", backup)
}

/// Prototype methods, listed ones as Node's.
fn methods(env: Env, class: Class, registered: &str, names: &[&str]) -> Result<()> {
    for name in names {
        let function = env.native_function(&format!("{registered}#{name}"), name)?;
        env.define(class.prototype, env.key(name)?, function, napi_default_jsproperty | napi_enumerable)?;
    }
    Ok(())
}

fn dispose(env: Env, class: Class, registered: &str) -> Result<()> {
    let function = env.native_function(registered, "")?;
    env.define(class.prototype, env.well_known_symbol("dispose")?, function, napi_default_jsproperty | napi_enumerable)
}

macro_rules! constants {
    ($($name:ident),* $(,)?) => {
        /// `sqlite.constants`, in Node's order.
        const CONSTANTS: &[(&str, i32)] = &[$((stringify!($name), codes::$name)),*];
    };
}

constants! {
    SQLITE_CHANGESET_OMIT, SQLITE_CHANGESET_REPLACE, SQLITE_CHANGESET_ABORT, SQLITE_CHANGESET_DATA, SQLITE_CHANGESET_NOTFOUND,
    SQLITE_CHANGESET_CONFLICT, SQLITE_CHANGESET_CONSTRAINT, SQLITE_CHANGESET_FOREIGN_KEY, SQLITE_OK, SQLITE_DENY, SQLITE_IGNORE,
    SQLITE_CREATE_INDEX, SQLITE_CREATE_TABLE, SQLITE_CREATE_TEMP_INDEX, SQLITE_CREATE_TEMP_TABLE, SQLITE_CREATE_TEMP_TRIGGER,
    SQLITE_CREATE_TEMP_VIEW, SQLITE_CREATE_TRIGGER, SQLITE_CREATE_VIEW, SQLITE_DELETE, SQLITE_DROP_INDEX, SQLITE_DROP_TABLE,
    SQLITE_DROP_TEMP_INDEX, SQLITE_DROP_TEMP_TABLE, SQLITE_DROP_TEMP_TRIGGER, SQLITE_DROP_TEMP_VIEW, SQLITE_DROP_TRIGGER,
    SQLITE_DROP_VIEW, SQLITE_INSERT, SQLITE_PRAGMA, SQLITE_READ, SQLITE_SELECT, SQLITE_TRANSACTION, SQLITE_UPDATE, SQLITE_ATTACH,
    SQLITE_DETACH, SQLITE_ALTER_TABLE, SQLITE_REINDEX, SQLITE_ANALYZE, SQLITE_CREATE_VTABLE, SQLITE_DROP_VTABLE, SQLITE_FUNCTION,
    SQLITE_SAVEPOINT, SQLITE_COPY, SQLITE_RECURSIVE,
}

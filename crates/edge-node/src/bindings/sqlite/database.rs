//! What is behind a `DatabaseSync`, and the door through which its calls of SQLite's go.

use super::aggregate::Aggregate;
use super::failure::{invalid_state, sqlite_error};
use super::functions::Function;
use super::options::DatabaseOptions;
use super::prepared::Prepared;
use super::session::SessionState;
use crate::Environment;
use edge_napi::{Env, Error, Reference, Result};
use edge_sqlite::{Connection, ConnectionOption, Failure, Hooks, Vfs, codes};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::ffi::CString;
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// How many calls of SQLite's may be inside of each other: SQL calls JavaScript, which runs SQL. Each has its part of the machine stack.
const MAX_DEPTH: u32 = 50;

/// What all databases of an environment share.
#[derive(Default)]
pub struct Sqlite {
    vfs: OnceCell<Arc<Vfs>>,
    depth: Cell<u32>,
    /// An object of a class whose constructor is not for programs is being made.
    pub making: Cell<bool>,
}

/// The file layer of an environment's kernel.
pub fn file_layer(environment: &Rc<Environment>) -> Result<Arc<Vfs>> {
    let sqlite = environment.state::<Sqlite>();
    if let Some(vfs) = sqlite.vfs.get() {
        return Ok(Arc::clone(vfs));
    }
    let vfs = Vfs::new(Arc::clone(environment.kernel())).map_err(|failure| sqlite_error(environment.env(), &failure))?;
    Ok(Arc::clone(sqlite.vfs.get_or_init(|| vfs)))
}

/// What a callback of SQL's threw. It is thrown when SQLite has returned.
pub enum Thrown {
    Value(Reference),
    /// The environment is ending.
    End(Error),
}

/// A database, open or not.
pub struct Database {
    pub environment: Weak<Environment>,
    path: CString,
    pub options: DatabaseOptions,
    connection: RefCell<Option<Arc<Connection>>>,
    /// Calls of this database's that are under way.
    depth: Cell<u32>,
    pub authorizing: Cell<bool>,
    pub load_extension: Cell<bool>,
    pub authorizer: Cell<Option<Reference>>,
    pub thrown: RefCell<Option<Thrown>>,
    statements: RefCell<Vec<Weak<Prepared>>>,
    sessions: RefCell<Vec<Weak<SessionState>>>,
    /// By number; SQLite knows them by it.
    pub functions: RefCell<BTreeMap<usize, Rc<Function>>>,
    pub aggregates: RefCell<BTreeMap<usize, Rc<Aggregate>>>,
    /// The function of a name, in lower case, and number of arguments.
    names: RefCell<HashMap<(String, i32), usize>>,
    next: Cell<usize>,
    /// What aggregates under way have come to, and whether it was asked for before the end (as of a window).
    pub values: RefCell<BTreeMap<u64, (Reference, bool)>>,
    pub next_value: Cell<u64>,
}

impl Database {
    pub fn new(environment: &Rc<Environment>, path: CString, options: DatabaseOptions) -> Rc<Self> {
        Rc::new(Self {
            environment: Rc::downgrade(environment),
            path,
            load_extension: Cell::new(options.allow_extension),
            options,
            connection: RefCell::default(),
            depth: Cell::default(),
            authorizing: Cell::default(),
            authorizer: Cell::default(),
            thrown: RefCell::default(),
            statements: RefCell::default(),
            sessions: RefCell::default(),
            functions: RefCell::default(),
            aggregates: RefCell::default(),
            names: RefCell::default(),
            next: Cell::default(),
            values: RefCell::default(),
            next_value: Cell::default(),
        })
    }

    pub fn is_open(&self) -> bool {
        self.connection.borrow().is_some()
    }

    /// The connection.
    ///
    /// # Errors
    /// `ERR_INVALID_STATE`: it is closed, or its authorizer, which SQLite does not let use it, is running.
    pub fn connection(&self) -> Result<Arc<Connection>> {
        if self.authorizing.get() {
            return Err(invalid_state("database is in use by its authorizer"));
        }
        self.connection.borrow().clone().ok_or_else(|| invalid_state("database is not open"))
    }

    pub fn open(&self, env: Env) -> Result<()> {
        if self.is_open() {
            return Err(invalid_state("database is already open"));
        }
        let environment = Environment::of(env)?;
        let vfs = file_layer(&environment)?;
        let how =
            if self.options.read_only { codes::SQLITE_OPEN_READONLY } else { codes::SQLITE_OPEN_READWRITE | codes::SQLITE_OPEN_CREATE };
        let open = || {
            let connection = Connection::open(&vfs, &self.path, how | codes::SQLITE_OPEN_URI)?;
            connection.set(ConnectionOption::DoubleQuotedStrings, self.options.double_quoted_strings)?;
            connection.set(ConnectionOption::ForeignKeys, self.options.foreign_keys)?;
            connection.set(ConnectionOption::Defensive, self.options.defensive)?;
            connection.set_busy_timeout(self.options.timeout);
            Ok(connection)
        };
        let connection = open().map_err(|failure| sqlite_error(env, &failure))?;
        *self.connection.borrow_mut() = Some(connection);
        Ok(())
    }

    /// Calls SQLite: what a callback threw meanwhile is thrown, else what SQLite says.
    pub fn call<T>(&self, env: Env, f: impl FnOnce(&Arc<Connection>, &dyn Hooks) -> edge_sqlite::Result<T>) -> Result<T> {
        self.call_with(env, sqlite_error, f)
    }

    /// The same, with another way to tell what SQLite says.
    pub fn call_with<T>(
        &self,
        env: Env,
        error: fn(Env, &Failure) -> Error,
        f: impl FnOnce(&Arc<Connection>, &dyn Hooks) -> edge_sqlite::Result<T>,
    ) -> Result<T> {
        let connection = self.connection()?;
        let sqlite = Environment::of(env)?.state::<Sqlite>();
        if sqlite.depth.get() >= MAX_DEPTH {
            return Err(Error::range_error("", "Maximum call stack size exceeded"));
        }
        sqlite.depth.set(sqlite.depth.get() + 1);
        self.depth.set(self.depth.get() + 1);
        let result = f(&connection, self);
        self.depth.set(self.depth.get() - 1);
        sqlite.depth.set(sqlite.depth.get() - 1);
        if let Some(thrown) = self.thrown.take() {
            return Err(match thrown {
                Thrown::End(error) => error,
                Thrown::Value(reference) => {
                    let value = env.deref(reference)?;
                    env.drop_reference(reference);
                    value.map_or(Error::Closing, |value| env.throw(value))
                }
            });
        }
        result.map_err(|failure| error(env, &failure))
    }

    /// Keeps what a callback threw, to be thrown by [`Database::call`].
    pub fn keep_thrown(&self, env: Env, error: Error) {
        let thrown = match env.catch::<()>(|| Err(error)) {
            Ok(Ok(())) => return,
            Ok(Err(value)) => env.reference(value).map_or_else(Thrown::End, Thrown::Value),
            Err(error) => Thrown::End(error),
        };
        self.thrown.borrow_mut().get_or_insert(thrown);
    }

    pub fn track_statement(&self, statement: &Rc<Prepared>) {
        let mut statements = self.statements.borrow_mut();
        // Now and then, so that each costs little.
        if statements.len().is_power_of_two() {
            statements.retain(|statement| statement.strong_count() > 0);
        }
        statements.push(Rc::downgrade(statement));
    }

    pub fn track_session(&self, session: &Rc<SessionState>) {
        let mut sessions = self.sessions.borrow_mut();
        sessions.retain(|session| session.strong_count() > 0);
        sessions.push(Rc::downgrade(session));
    }

    /// Whether a call of it is under way, within which nothing of it may go away.
    ///
    /// # Errors
    /// `ERR_INVALID_STATE`
    pub fn expect_idle(&self) -> Result<()> {
        if self.depth.get() == 0 { Ok(()) } else { Err(invalid_state("database is in use")) }
    }

    /// Closes it, with its statements and sessions.
    pub fn close(&self) -> Result<()> {
        self.connection()?;
        self.expect_idle()?;
        for statement in self.statements.take().iter().filter_map(Weak::upgrade) {
            statement.finalize();
        }
        for session in self.sessions.take().iter().filter_map(Weak::upgrade) {
            session.close();
        }
        let connection = self.connection.take();
        drop(connection);
        self.release();
        Ok(())
    }

    /// The number for a new function of SQL.
    pub fn next_id(&self) -> usize {
        self.next.set(self.next.get() + 1);
        self.next.get()
    }

    /// `id` is what SQL calls by this name now; what it called before is gone.
    pub fn name_function(&self, name: &str, arguments: i32, id: usize) {
        let old = self.names.borrow_mut().insert((name.to_ascii_lowercase(), arguments), id);
        if let Some(old) = old {
            let gone = (self.functions.borrow_mut().remove(&old), self.aggregates.borrow_mut().remove(&old));
            drop(gone);
        }
    }

    /// Lets go of all values of JavaScript.
    fn release(&self) {
        let gone = (self.functions.take(), self.aggregates.take(), self.names.take());
        drop(gone);
        let values = self.values.take();
        let Some(environment) = self.environment.upgrade() else { return };
        let env = environment.env();
        for reference in values.into_values().map(|(reference, _)| reference).chain(self.authorizer.take()) {
            env.drop_reference(reference);
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.release();
    }
}

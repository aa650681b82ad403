//! What is behind a `StatementSync`: parameters in, rows out.

use super::database::{Database, Sqlite};
use super::failure::{invalid_state, sqlite_error};
use super::options::StatementOptions;
use super::statement::c_string;
use super::value::{Unfit, from_js, integer, to_js};
use crate::Environment;
use edge_napi::types::{napi_key_enumerable, napi_key_skip_symbols};
use edge_napi::{Env, Error, Result, Value};
use edge_sqlite::{Datum, Statement, Step};
use std::cell::{Cell, RefCell, RefMut};
use std::collections::HashMap;
use std::rc::Rc;

/// Root of the class.
pub const CLASS: &str = "sqlite.StatementSync";

/// A statement of a database; empty once it is finalized.
pub struct Prepared {
    pub database: Rc<Database>,
    statement: RefCell<Option<Statement>>,
    pub options: Cell<StatementOptions>,
    /// Parameters' names without their sign; made when first needed.
    bare: RefCell<Option<HashMap<String, String>>>,
}

/// What a run reports.
pub struct Run {
    pub changes: Value,
    pub last_insert_rowid: Value,
}

impl Prepared {
    /// Compiles a text.
    pub fn new(env: Env, database: &Rc<Database>, sql: &str) -> Result<Rc<Self>> {
        let sql = c_string(sql);
        let statement = database.call(env, |connection, hooks| connection.prepare(hooks, &sql))?;
        let prepared = Rc::new(Self {
            database: Rc::clone(database),
            statement: RefCell::new(Some(statement)),
            options: Cell::new(database.options.statement),
            bare: RefCell::default(),
        });
        database.track_statement(&prepared);
        Ok(prepared)
    }

    /// A `StatementSync` over it.
    pub fn to_object(self: Rc<Self>, environment: &Rc<Environment>) -> Result<Value> {
        let env = environment.env();
        let object = make(environment, CLASS)?;
        env.wrap(object, self)?;
        Ok(object)
    }

    pub fn finalize(&self) {
        // Nothing of the database runs, so nobody has it (`Database::expect_idle`).
        if let Ok(mut statement) = self.statement.try_borrow_mut() {
            *statement = None;
        }
    }

    /// The statement, for this caller alone.
    ///
    /// # Errors
    /// `ERR_INVALID_STATE`: it is gone, or it runs, and what it calls wants to run it.
    pub fn lock(&self) -> Result<RefMut<'_, Statement>> {
        let guard = self.statement.try_borrow_mut().map_err(|_| invalid_state("statement is in use"))?;
        let live = RefMut::filter_map(guard, |statement| statement.as_mut().filter(|statement| !statement.is_empty()));
        let live = live.map_err(|_| invalid_state("statement has been finalized"))?;
        self.database.connection()?;
        Ok(live)
    }

    /// Begins anew with these parameters.
    pub fn start(&self, env: Env, statement: &mut Statement, arguments: &[Value]) -> Result<()> {
        statement.reset();
        statement.clear_bindings();
        let mut positional = arguments;
        if let Some(first) = arguments.first()
            && env.is_object(*first)?
            && !env.is_array_buffer_view(*first)?
        {
            self.bind_named(env, statement, *first)?;
            positional = &arguments[1..];
        }
        let mut index = 1;
        for value in positional {
            while statement.parameter_name(index).is_some_and(|name| !name.starts_with('?')) {
                index += 1;
            }
            bind(env, statement, index, *value)?;
            index += 1;
        }
        Ok(())
    }

    fn bind_named(&self, env: Env, statement: &mut Statement, named: Value) -> Result<()> {
        let options = self.options.get();
        if options.bare_named_parameters {
            self.name_bare(statement)?;
        }
        let keys = env.own_keys(named, napi_key_enumerable | napi_key_skip_symbols)?;
        for key in env.array_values(keys)? {
            let name = env.to_string_lossy(key)?;
            let mut index = statement.parameter_index(&c_string(&name));
            if index == 0 && options.bare_named_parameters {
                let full = self.bare.borrow().as_ref().and_then(|bare| bare.get(&name).cloned());
                index = full.map_or(0, |full| statement.parameter_index(&c_string(&full)));
            }
            if index == 0 {
                if options.unknown_named_parameters {
                    continue;
                }
                return Err(invalid_state(&format!("Unknown named parameter '{name}'")));
            }
            bind(env, statement, index, env.get_key(named, key)?)?;
        }
        Ok(())
    }

    fn name_bare(&self, statement: &Statement) -> Result<()> {
        if self.bare.borrow().is_some() {
            return Ok(());
        }
        let mut bare = HashMap::new();
        for index in 1..=statement.parameter_count() {
            let Some(full) = statement.parameter_name(index).filter(|name| !name.starts_with('?')) else { continue };
            let name = full[1..].to_owned();
            if let Some(other) = bare.get(&name)
                && *other != full
            {
                let message = format!("Cannot create bare named parameter '{name}' because of conflicting names '{other}' and '{full}'.");
                return Err(invalid_state(&message));
            }
            bare.insert(name, full);
        }
        *self.bare.borrow_mut() = Some(bare);
        Ok(())
    }

    /// The next row; `None` at the end, from where it can begin again.
    pub fn next(&self, env: Env, statement: &mut Statement, names: &mut Vec<Value>) -> Result<Option<Value>> {
        let stepped = self.database.call(env, |_, hooks| statement.step(hooks));
        match stepped {
            Ok(Step::Row) => self.row(env, statement, names).map(Some),
            Ok(Step::Done) => {
                statement.reset();
                Ok(None)
            }
            Err(error) => {
                statement.reset();
                Err(error)
            }
        }
    }

    /// The row that the statement stands on. `names`: its columns', made with the first row that needs them.
    fn row(&self, env: Env, statement: &mut Statement, names: &mut Vec<Value>) -> Result<Value> {
        let options = self.options.get();
        let count = statement.column_count();
        if options.return_arrays {
            let row = env.array()?;
            for index in 0..count {
                env.set_index(row, index.cast_unsigned(), to_js(env, statement.column(index), options.read_big_ints)?)?;
            }
            return Ok(row);
        }
        if names.len() != count as usize {
            *names = (0..count).map(|index| env.key(&statement.column_name(index).unwrap_or_default())).collect::<Result<_>>()?;
        }
        let row = env.null_object()?;
        for (index, name) in names.iter().enumerate() {
            env.set_key(row, *name, to_js(env, statement.column(index as i32), options.read_big_ints)?)?;
        }
        Ok(row)
    }

    /// The first row, or undefined.
    pub fn first(&self, env: Env, arguments: &[Value]) -> Result<Value> {
        let mut statement = self.lock()?;
        self.start(env, &mut statement, arguments)?;
        let row = self.next(env, &mut statement, &mut Vec::new());
        statement.reset();
        row?.map_or_else(|| env.undefined(), Ok)
    }

    /// All rows.
    pub fn all(&self, env: Env, arguments: &[Value]) -> Result<Value> {
        let mut statement = self.lock()?;
        self.start(env, &mut statement, arguments)?;
        let rows = env.array()?;
        let mut names = Vec::new();
        let mut fill = || -> Result<()> {
            // The names of the first row live in this scope; those of the others are freed with each row.
            if let Some(row) = self.next(env, &mut statement, &mut names)? {
                env.push(rows, row)?;
                let mut index = 1;
                loop {
                    let _scope = env.scope()?;
                    let Some(row) = self.next(env, &mut statement, &mut names)? else { break };
                    env.set_index(rows, index, row)?;
                    index += 1;
                }
            }
            Ok(())
        };
        let filled = fill();
        statement.reset();
        filled.map(|()| rows)
    }

    /// Runs it for what it changes.
    pub fn run(&self, env: Env, arguments: &[Value]) -> Result<Run> {
        let mut statement = self.lock()?;
        self.start(env, &mut statement, arguments)?;
        let stepped = self.database.call(env, |_, hooks| statement.step(hooks));
        statement.reset();
        stepped?;
        let (changes, rowid) = statement.connection().changes();
        let big = self.options.get().read_big_ints;
        Ok(Run { changes: integer(env, changes, big)?, last_insert_rowid: integer(env, rowid, big)? })
    }
}

/// An object of a class whose constructor is not for programs.
pub fn make(environment: &Rc<Environment>, class: &str) -> Result<Value> {
    let sqlite = environment.state::<Sqlite>();
    sqlite.making.set(true);
    let object = environment.env().construct(environment.expect_root(class)?, &[]);
    sqlite.making.set(false);
    object
}

/// What such a constructor does.
pub fn expect_making(environment: &Rc<Environment>) -> Result<()> {
    if environment.state::<Sqlite>().making.replace(false) {
        return Ok(());
    }
    Err(Error::error("ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor"))
}

/// Binds a value of JavaScript.
pub fn bind(env: Env, statement: &mut Statement, index: i32, value: Value) -> Result<()> {
    let value = match from_js(env, value)? {
        Ok(value) => value,
        Err(Unfit::TooLarge) => return Err(Error::type_error("ERR_INVALID_ARG_VALUE", "BigInt value is too large to bind.")),
        Err(Unfit::Kind) => {
            return Err(Error::invalid_arg_type(format!("Provided value cannot be bound to SQLite parameter {index}.")));
        }
    };
    let datum: Datum<'_> = value.datum();
    statement.bind(index, datum).map_err(|failure| sqlite_error(env, &failure))
}

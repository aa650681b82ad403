//! What SQL calls: functions, aggregates and the authorizer, in JavaScript.
//!
//! An exception is kept in the database, the call fails, and once SQLite has returned it is thrown. Until then no other callback runs.

use super::aggregate::Aggregate;
use super::database::Database;
use super::functions::Held;
use super::value::{Unfit, from_js, to_js};
use edge_napi::types::napi_valuetype;
use edge_napi::{Env, Error, Result, Value};
use edge_sqlite::{Call, Datum, Hooks, codes};
use std::rc::Rc;

impl Database {
    /// Runs a callback; `None` when it threw, now or before.
    fn callback<T>(&self, f: impl FnOnce(Env) -> Result<T>) -> Option<T> {
        if self.thrown.borrow().is_some() {
            return None;
        }
        let env = self.environment.upgrade()?.env();
        let run = || {
            let _scope = env.scope()?;
            match f(env) {
                Ok(value) => Ok(value),
                // Kept before the scope goes, and with it the value.
                Err(error) => {
                    self.keep_thrown(env, error);
                    Err(Error::Closing)
                }
            }
        };
        run().ok()
    }

    /// A callback that belongs to a call of a function.
    fn answer(&self, call: &Call, f: impl FnOnce(Env) -> Result<()>) {
        if self.callback(f).is_none() {
            call.set_error("");
        }
    }

    fn aggregate_of(&self, id: usize) -> Result<Rc<Aggregate>> {
        self.aggregates.borrow().get(&id).cloned().ok_or_else(gone)
    }

    /// What the aggregate under way has come to; at its beginning what it starts with.
    fn current(&self, env: Env, aggregate: &Aggregate, call: &Call) -> Result<(u64, Value)> {
        let slot = call.aggregate(true).ok_or_else(no_memory)?;
        if let Some(value) = self.values.borrow().get(&slot.get()).map(|(reference, _)| env.deref(*reference)) {
            return Ok((slot.get(), value?.ok_or(Error::Closing)?));
        }
        let mut start = aggregate.start.get(env)?;
        if env.is_function(start)? {
            start = env.call(start, env.undefined()?, &[])?;
        }
        self.next_value.set(self.next_value.get() + 1);
        let key = self.next_value.get();
        self.values.borrow_mut().insert(key, (env.reference(start)?, false));
        // SQLite may have moved nothing, but asks to be asked again after JavaScript has run.
        call.aggregate(true).ok_or_else(no_memory)?.set(key);
        Ok((key, start))
    }

    fn forget_value(&self, env: Env, call: &Call) {
        let key = call.aggregate(false).map_or(0, std::cell::Cell::get);
        if let Some((reference, _)) = self.values.borrow_mut().remove(&key) {
            env.drop_reference(reference);
        }
    }
}

fn gone() -> Error {
    Error::error("ERR_INTERNAL_ASSERTION", "the function is gone")
}

fn no_memory() -> Error {
    Error::error("ERR_SQLITE_ERROR", "out of memory")
}

fn arguments(env: Env, values: &[Datum<'_>], big: bool) -> Result<Vec<Value>> {
    values.iter().map(|value| to_js(env, *value, big)).collect()
}

/// The result of a function of SQL.
fn set_result(env: Env, call: &Call, value: Value) -> Result<()> {
    if env.is_undefined(value)? {
        call.set_result(Datum::Null);
        return Ok(());
    }
    if env.is_promise(value)? {
        call.set_error("Asynchronous user-defined functions are not supported");
        return Ok(());
    }
    match from_js(env, value)? {
        Ok(value) => call.set_result(value.datum()),
        Err(Unfit::TooLarge) => call.set_error("BigInt value is too large for SQLite"),
        Err(Unfit::Kind) => call.set_error("Returned JavaScript value cannot be converted to a SQLite value"),
    }
    Ok(())
}

impl Hooks for Database {
    fn authorize(&self, action: i32, arguments: [Option<&[u8]>; 4]) -> i32 {
        let Some(authorizer) = self.authorizer.get() else { return codes::SQLITE_OK };
        let nested = self.authorizing.replace(true);
        let answer = self.callback(|env| {
            let function = env.deref(authorizer)?.ok_or(Error::Closing)?;
            let mut values = vec![env.int32(action)?];
            for argument in arguments {
                values.push(argument.map_or_else(|| env.null(), |text| env.string_from_utf8_lossy(text))?);
            }
            let answer = env.call(function, env.undefined()?, &values)?;
            let number = if env.is_number(answer)? { env.get_f64(answer)? } else { f64::NAN };
            if f64::from(number as i32) != number {
                return Err(Error::type_error("", "Authorizer callback must return an integer authorization code"));
            }
            match number as i32 {
                code @ (codes::SQLITE_OK | codes::SQLITE_DENY | codes::SQLITE_IGNORE) => Ok(code),
                _ => Err(Error::range_error("", "Authorizer callback returned a invalid authorization code")),
            }
        });
        self.authorizing.set(nested);
        answer.unwrap_or(codes::SQLITE_DENY)
    }

    fn scalar(&self, id: usize, call: &Call, values: &[Datum<'_>]) {
        self.answer(call, |env| {
            let function = self.functions.borrow().get(&id).cloned().ok_or_else(gone)?;
            let values = arguments(env, values, function.big)?;
            let result = env.call(function.function.get(env)?, env.undefined()?, &values)?;
            set_result(env, call, result)
        });
    }

    fn step(&self, id: usize, call: &Call, values: &[Datum<'_>], inverse: bool) {
        self.answer(call, |env| {
            let aggregate = self.aggregate_of(id)?;
            let (key, current) = self.current(env, &aggregate, call)?;
            let mut all = vec![current];
            all.extend(arguments(env, values, aggregate.big)?);
            let held: &Held = if inverse { aggregate.inverse.as_ref().ok_or_else(gone)? } else { &aggregate.step };
            let next = env.call(held.get(env)?, env.undefined()?, &all)?;
            let next = env.reference(next)?;
            let old = self.values.borrow_mut().get_mut(&key).map(|(value, _)| std::mem::replace(value, next));
            env.drop_reference(old.unwrap_or(next));
            Ok(())
        });
    }

    fn value(&self, id: usize, call: &Call, last: bool) {
        self.answer(call, |env| {
            let aggregate = self.aggregate_of(id)?;
            let (key, mut result) = self.current(env, &aggregate, call)?;
            if let Some((_, asked)) = self.values.borrow_mut().get_mut(&key) {
                // A window's last result was told when its last row came.
                if last && *asked {
                    return Ok(());
                }
                *asked = true;
            }
            if let Some(finish) = &aggregate.result {
                result = env.call(finish.get(env)?, env.undefined()?, &[result])?;
            }
            match env.type_of(result)? {
                napi_valuetype::napi_undefined => call.set_result(Datum::Null),
                _ => set_result(env, call, result)?,
            }
            Ok(())
        });
        if last && let Some(environment) = self.environment.upgrade() {
            self.forget_value(environment.env(), call);
        }
    }
}

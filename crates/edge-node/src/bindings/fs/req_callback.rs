//! `FSReqCallback`: the request object whose `oncomplete` gets a call's answer.

use crate::{AsyncWrap, Environment};
use edge_napi::{CallInfo, Env, Result, Value};
use std::rc::Rc;

/// `new FSReqCallback([bigint])`. The calls that make numbers know themselves whether they are to be bigints.
pub fn construct(env: Env, info: &CallInfo<'_>) -> Result<Value> {
    info.expect_construct("FSReqCallback")?;
    AsyncWrap::new(&Environment::of(env)?, info.this(), "FSReqCallback", "FSREQCALLBACK", Rc::new(()))?;
    Ok(info.this())
}

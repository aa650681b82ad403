//! Undefined, null, booleans, numbers; what a value is; coercions and comparisons.

use crate::inner::{check, put, run, run_js};
use crate::slots::{FALSE, GLOBAL, Kind, NULL, Raw, TRUE, UNDEFINED};
use edge_napi::types::napi_status::*;
use edge_napi::types::napi_valuetype::*;
use edge_napi::types::*;

pub(crate) unsafe extern "C" fn napi_get_undefined(env: napi_env, result: *mut napi_value) -> napi_status {
    run(env, |_| put(result, napi_value(UNDEFINED)))
}

pub(crate) unsafe extern "C" fn napi_get_null(env: napi_env, result: *mut napi_value) -> napi_status {
    run(env, |_| put(result, napi_value(NULL)))
}

pub(crate) unsafe extern "C" fn napi_get_global(env: napi_env, result: *mut napi_value) -> napi_status {
    run(env, |_| put(result, napi_value(GLOBAL)))
}

pub(crate) unsafe extern "C" fn napi_get_boolean(env: napi_env, value: bool, result: *mut napi_value) -> napi_status {
    run(env, |_| put(result, napi_value(if value { TRUE } else { FALSE })))
}

pub(crate) unsafe extern "C" fn napi_create_double(env: napi_env, value: f64, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, e.push(Raw::number(value))?)
    })
}

pub(crate) unsafe extern "C" fn napi_create_int32(env: napi_env, value: i32, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, e.push(Raw::int(value))?)
    })
}

pub(crate) unsafe extern "C" fn napi_create_uint32(env: napi_env, value: u32, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, e.push(Raw::number(f64::from(value)))?)
    })
}

pub(crate) unsafe extern "C" fn napi_create_int64(env: napi_env, value: i64, result: *mut napi_value) -> napi_status {
    run(env, |e| {
        check(result)?;
        put(result, e.push(Raw::number(value as f64))?)
    })
}

pub(crate) unsafe extern "C" fn napi_typeof(env: napi_env, value: napi_value, result: *mut napi_valuetype) -> napi_status {
    run(env, |e| {
        let (slot, raw) = e.value(value)?;
        check(result)?;
        let kind = match raw.kind() {
            Kind::Undefined => napi_undefined,
            Kind::Null => napi_null,
            Kind::Bool(_) => napi_boolean,
            Kind::Int(_) | Kind::Double(_) => napi_number,
            Kind::BigInt => napi_bigint,
            Kind::String => napi_string,
            Kind::Symbol => napi_symbol,
            Kind::Object => match e.engine.edge_object_type(slot)? {
                1 => napi_function,
                2 => napi_external,
                _ => napi_object,
            },
            Kind::Other => return Err(napi_invalid_arg),
        };
        put(result, kind)
    })
}

pub(crate) unsafe extern "C" fn napi_get_value_double(env: napi_env, value: napi_value, result: *mut f64) -> napi_status {
    run(env, |e| {
        let kind = e.kind(value)?;
        check(result)?;
        match kind {
            Kind::Int(v) => put(result, f64::from(v)),
            Kind::Double(v) => put(result, v),
            _ => Err(napi_number_expected),
        }
    })
}

/// ECMAScript's ToInt32: modulo 2^32; what is not finite is 0.
fn to_int32(v: f64) -> i32 {
    if v.abs() < 9_007_199_254_740_992.0 {
        return v as i64 as i32;
    }
    if !v.is_finite() {
        return 0;
    }
    (v % 4_294_967_296.0) as i64 as i32
}

pub(crate) unsafe extern "C" fn napi_get_value_int32(env: napi_env, value: napi_value, result: *mut i32) -> napi_status {
    run(env, |e| {
        let kind = e.kind(value)?;
        check(result)?;
        match kind {
            Kind::Int(v) => put(result, v),
            Kind::Double(v) => put(result, to_int32(v)),
            _ => Err(napi_number_expected),
        }
    })
}

pub(crate) unsafe extern "C" fn napi_get_value_uint32(env: napi_env, value: napi_value, result: *mut u32) -> napi_status {
    run(env, |e| {
        let kind = e.kind(value)?;
        check(result)?;
        match kind {
            Kind::Int(v) => put(result, v as u32),
            Kind::Double(v) => put(result, to_int32(v) as u32),
            _ => Err(napi_number_expected),
        }
    })
}

pub(crate) unsafe extern "C" fn napi_get_value_int64(env: napi_env, value: napi_value, result: *mut i64) -> napi_status {
    run(env, |e| {
        let kind = e.kind(value)?;
        check(result)?;
        match kind {
            Kind::Int(v) => put(result, i64::from(v)),
            // `as` saturates, as Node-API asks; what is not finite is 0.
            Kind::Double(v) => put(result, if v.is_finite() { v as i64 } else { 0 }),
            _ => Err(napi_number_expected),
        }
    })
}

pub(crate) unsafe extern "C" fn napi_get_value_bool(env: napi_env, value: napi_value, result: *mut bool) -> napi_status {
    run(env, |e| {
        let kind = e.kind(value)?;
        check(result)?;
        match kind {
            Kind::Bool(v) => put(result, v),
            _ => Err(napi_boolean_expected),
        }
    })
}

pub(crate) unsafe extern "C" fn napi_coerce_to_bool(env: napi_env, value: napi_value, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        let (slot, raw) = e.value(value)?;
        check(result)?;
        let truthy = match raw.kind() {
            Kind::Bool(v) => v,
            Kind::Undefined | Kind::Null => false,
            Kind::Int(v) => v != 0,
            _ => e.engine.edge_truthy(slot)? != 0,
        };
        put(result, napi_value(if truthy { TRUE } else { FALSE }))
    })
}

fn coerce(env: napi_env, value: napi_value, kind: u32, result: *mut napi_value) -> napi_status {
    run_js(env, |e| {
        let (slot, raw) = e.value(value)?;
        check(result)?;
        match (kind, raw.kind()) {
            (0, Kind::String) | (1, Kind::Int(_) | Kind::Double(_)) | (2, Kind::Object) => return put(result, value),
            (2, Kind::Undefined | Kind::Null) => return Err(napi_object_expected),
            _ => {}
        }
        let made = e.engine.edge_coerce(slot, kind)?;
        put(result, e.made(made)?)
    })
}

pub(crate) unsafe extern "C" fn napi_coerce_to_string(env: napi_env, value: napi_value, result: *mut napi_value) -> napi_status {
    coerce(env, value, 0, result)
}

pub(crate) unsafe extern "C" fn napi_coerce_to_number(env: napi_env, value: napi_value, result: *mut napi_value) -> napi_status {
    coerce(env, value, 1, result)
}

pub(crate) unsafe extern "C" fn napi_coerce_to_object(env: napi_env, value: napi_value, result: *mut napi_value) -> napi_status {
    coerce(env, value, 2, result)
}

pub(crate) unsafe extern "C" fn napi_strict_equals(env: napi_env, lhs: napi_value, rhs: napi_value, result: *mut bool) -> napi_status {
    run_js(env, |e| {
        let (a, b) = (e.slot(lhs)?, e.slot(rhs)?);
        check(result)?;
        put(result, e.engine.edge_strict_equals(a, b)? != 0)
    })
}

pub(crate) unsafe extern "C" fn napi_get_version(env: napi_env, result: *mut u32) -> napi_status {
    run(env, |_| put(result, NAPI_VERSION))
}

#[cfg(test)]
mod tests {
    use super::to_int32;

    #[test]
    fn to_int32_is_ecmascripts() {
        for (v, want) in
            [(0.0, 0), (-1.5, -1), (2_147_483_648.0, i32::MIN), (4_294_967_297.0, 1), (1e300, 0), (f64::NAN, 0), (f64::INFINITY, 0)]
        {
            assert_eq!(to_int32(v), want, "{v}");
        }
        assert_eq!(to_int32(9_007_199_254_740_994.0), 2);
    }
}

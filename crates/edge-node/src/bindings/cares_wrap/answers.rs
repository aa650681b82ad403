//! Records as the library wants them, one shape for each kind of question.

use super::address_text;
use edge_napi::{Env, Result, Value};
use hickory_proto::rr::{Name, RData, Record, RecordType};

/// A name without the dot at its end; the root has none.
fn text(env: Env, name: &Name) -> Result<Value> {
    let text = name.to_ascii();
    env.string(text.strip_suffix('.').unwrap_or(&text))
}

fn object(env: Env, fields: &[(&str, Value)]) -> Result<Value> {
    let object = env.object()?;
    for (name, value) in fields {
        env.set(object, name, *value)?;
    }
    Ok(object)
}

/// The arguments after the error: the answer, and the times to live for addresses. `None`: no record of this kind is there.
pub fn answer(env: Env, kind: RecordType, records: &[Record]) -> Result<Option<Vec<Value>>> {
    if kind == RecordType::ANY {
        return any(env, records);
    }
    let of_kind: Vec<&Record> = records.iter().filter(|record| record.record_type() == kind).collect();
    if of_kind.is_empty() {
        return none_of_kind(env, kind, records);
    }
    if kind == RecordType::SOA {
        return Ok(Some(vec![value(env, of_kind[0])?]));
    }
    let values: Result<Vec<Value>> = of_kind.iter().map(|record| value(env, record)).collect();
    let mut answer = vec![env.array_from(&values?)?];
    if matches!(kind, RecordType::A | RecordType::AAAA) {
        let ttls: Result<Vec<Value>> = of_kind.iter().map(|record| env.uint32(record.ttl)).collect();
        answer.push(env.array_from(&ttls?)?);
    }
    Ok(Some(answer))
}

/// What c-ares makes of an answer with records of other kinds only: an empty list for the newer kinds, the name itself where an address
/// answers the question for an alias, else no data.
fn none_of_kind(env: Env, kind: RecordType, records: &[Record]) -> Result<Option<Vec<Value>>> {
    use RecordType::{A, CAA, CNAME, MX, NAPTR, SRV, TLSA, TXT};
    match kind {
        CAA | MX | NAPTR | SRV | TLSA | TXT => Ok(Some(vec![env.array()?])),
        CNAME => match records.iter().find(|record| record.record_type() == A) {
            Some(record) => Ok(Some(vec![env.array_from(&[text(env, &record.name)?])?])),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// One record in the shape of its own kind of question.
fn value(env: Env, record: &Record) -> Result<Value> {
    let bytes = |bytes: &[u8]| env.string_latin1(bytes);
    match &record.data {
        RData::A(a) => env.string(&address_text(a.0.into())),
        RData::AAAA(a) => env.string(&address_text(a.0.into())),
        RData::CNAME(name) => text(env, &name.0),
        RData::NS(name) => text(env, &name.0),
        RData::PTR(name) => text(env, &name.0),
        RData::MX(mx) => object(
            env,
            &[("exchange", text(env, &mx.exchange)?), ("priority", env.uint32(mx.preference.into())?), ("type", env.string("MX")?)],
        ),
        RData::TXT(txt) => {
            let parts: Result<Vec<Value>> = txt.txt_data.iter().map(|part| bytes(part)).collect();
            env.array_from(&parts?)
        }
        RData::SRV(srv) => object(
            env,
            &[
                ("name", text(env, &srv.target)?),
                ("port", env.uint32(srv.port.into())?),
                ("priority", env.uint32(srv.priority.into())?),
                ("weight", env.uint32(srv.weight.into())?),
                ("type", env.string("SRV")?),
            ],
        ),
        RData::SOA(soa) => object(
            env,
            &[
                ("nsname", text(env, &soa.mname)?),
                ("hostmaster", text(env, &soa.rname)?),
                ("serial", env.uint32(soa.serial)?),
                ("refresh", env.uint32(soa.refresh as u32)?),
                ("retry", env.uint32(soa.retry as u32)?),
                ("expire", env.uint32(soa.expire as u32)?),
                ("minttl", env.uint32(soa.minimum)?),
                // Told only to `resolveAny`, as in Node.
                ("type", env.undefined()?),
            ],
        ),
        RData::NAPTR(naptr) => object(
            env,
            &[
                ("flags", bytes(&naptr.flags)?),
                ("service", bytes(&naptr.services)?),
                ("regexp", bytes(&naptr.regexp)?),
                ("replacement", text(env, &naptr.replacement)?),
                ("order", env.uint32(naptr.order.into())?),
                ("preference", env.uint32(naptr.preference.into())?),
                ("type", env.undefined()?),
            ],
        ),
        RData::CAA(caa) => object(
            env,
            &[("critical", env.uint32(caa.flags().into())?), ("type", env.string("CAA")?), (caa.tag.as_str(), bytes(&caa.value)?)],
        ),
        RData::TLSA(tlsa) => object(
            env,
            &[
                ("certUsage", env.uint32(u8::from(tlsa.cert_usage).into())?),
                ("selector", env.uint32(u8::from(tlsa.selector).into())?),
                ("match", env.uint32(u8::from(tlsa.matching).into())?),
                ("data", env.array_buffer_from(&tlsa.cert_data)?),
            ],
        ),
        _ => env.undefined(),
    }
}

/// The kinds that `resolveAny` tells, in c-ares' order.
const ANY_ORDER: [(RecordType, &str); 12] = [
    (RecordType::A, "A"),
    (RecordType::CNAME, "CNAME"),
    (RecordType::AAAA, "AAAA"),
    (RecordType::MX, "MX"),
    (RecordType::NS, "NS"),
    (RecordType::TXT, "TXT"),
    (RecordType::SRV, "SRV"),
    (RecordType::PTR, "PTR"),
    (RecordType::NAPTR, "NAPTR"),
    (RecordType::SOA, "SOA"),
    (RecordType::TLSA, "TLSA"),
    (RecordType::CAA, "CAA"),
];

fn any(env: Env, records: &[Record]) -> Result<Option<Vec<Value>>> {
    let mut all = Vec::new();
    let alias = records.iter().any(|record| record.record_type() == RecordType::CNAME);
    // An alias's addresses are those of its target, says c-ares.
    for (kind, name) in ANY_ORDER.into_iter().filter(|(kind, _)| !(alias && *kind == RecordType::A)) {
        for record in records.iter().filter(|record| record.record_type() == kind) {
            let own = value(env, record)?;
            let kind_name = env.string(name)?;
            let entry = match kind {
                RecordType::A | RecordType::AAAA => {
                    object(env, &[("address", own), ("ttl", env.uint32(record.ttl)?), ("type", kind_name)])?
                }
                RecordType::CNAME | RecordType::NS | RecordType::PTR => object(env, &[("value", own), ("type", kind_name)])?,
                RecordType::TXT => object(env, &[("entries", own), ("type", kind_name)])?,
                RecordType::TLSA => own,
                _ => {
                    env.set(own, "type", kind_name)?;
                    own
                }
            };
            all.push(entry);
        }
    }
    if all.is_empty() { Ok(None) } else { Ok(Some(vec![env.array_from(&all)?])) }
}

//! `--audit FILE` and `--audit-all [FILE]`: what the policy decides, as lines of JSON. They stand among Node's options, before the script,
//! with and without `--safe`.

use crate::{limits, safe_options};
use edge_node::option_takes;
use edge_wasix::audit::{AUDIT_ALL_VARIABLE, AUDIT_VARIABLE, AuditLog};

/// Where to log, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    file: Vec<u8>,
    /// What is granted, too.
    wants_all: bool,
}

/// Takes the options out of a command line, whose first word is the program's name; `None` when there are none, which is the usual case.
/// `--audit-all` has a file of its own where none was named by `--audit` before it.
///
/// # Errors
/// The option whose file is missing.
pub fn take(args: &mut Vec<Vec<u8>>) -> Result<Option<Audit>, String> {
    if !args.iter().skip(1).any(|arg| arg.starts_with(b"--audit")) {
        return Ok(None);
    }
    let (mut file, mut wants_all) = (None, false);
    let mut at = 1;
    while let Some(word) = args.get(at).map(|arg| String::from_utf8_lossy(arg).into_owned()) {
        let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        if name == "--audit" || name == "--audit-all" {
            // The value's own bytes.
            let value = value.and_then(|_| args[at].splitn(2, |&byte| byte == b'=').nth(1).map(<[u8]>::to_vec));
            args.remove(at);
            wants_all |= name == "--audit-all";
            let is_wanted = name == "--audit" || file.is_none();
            let next = is_wanted && args.get(at).is_some_and(|next| !next.starts_with(b"-"));
            let given = if value.is_some() || !next { value } else { Some(args.remove(at)) };
            file = given.or(file);
            if name == "--audit" && file.is_none() {
                return Err("--audit requires an argument".to_owned());
            }
        } else if word == "--" || word == "-" || !word.starts_with('-') {
            break;
        } else {
            at += 1;
            let takes = |next: &String| safe_options::takes_next(&word) || limits::takes_next(&word) || option_takes(&word, next);
            at += usize::from(args.get(at).map(|arg| String::from_utf8_lossy(arg).into_owned()).is_some_and(|next| takes(&next)));
        }
    }
    match file.filter(|file| !file.is_empty()) {
        Some(file) => Ok(Some(Audit { file, wants_all })),
        None if wants_all => Err("--audit-all requires an argument".to_owned()),
        None => Ok(None),
    }
}

/// What a parent that is logged asks its children to do.
pub fn of_parent() -> Option<Audit> {
    let named = [(AUDIT_VARIABLE, false), (AUDIT_ALL_VARIABLE, true)];
    named.into_iter().find_map(|(name, wants_all)| {
        let file = edge_wasix::host_variable(name).filter(|file| !file.is_empty())?;
        Some(Audit { file, wants_all })
    })
}

impl Audit {
    /// Opens the log.
    ///
    /// # Errors
    /// Why not, for a person.
    pub fn open(&self) -> Result<AuditLog, String> {
        AuditLog::open(&self.file, self.wants_all)
            .map_err(|errno| format!("--audit {}: {}", String::from_utf8_lossy(&self.file), errno.message()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> (Result<Option<Audit>, String>, String) {
        let mut args: Vec<Vec<u8>> = text.split(' ').map(|word| word.as_bytes().to_vec()).collect();
        let audit = take(&mut args);
        (audit, args.iter().map(|arg| String::from_utf8_lossy(arg)).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_options_stand_before_the_script() {
        let log = |wants_all| Ok(Some(Audit { file: b"log".to_vec(), wants_all }));
        let rest = "edge-node --safe app.js --audit x".to_owned();
        assert_eq!(taken("edge-node --safe --audit log app.js --audit x"), (log(false), rest.clone()));
        assert_eq!(taken("edge-node --audit-all log --safe app.js --audit x"), (log(true), rest.clone()));
        assert_eq!(taken("edge-node --audit log --audit-all --safe app.js --audit x"), (log(true), rest.clone()));
        assert_eq!(taken("edge-node --audit log --safe --audit-all app.js --audit x"), (log(true), rest.clone()));
        assert_eq!(taken("edge-node --audit-all --audit=log --safe app.js --audit x"), (log(true), rest.clone()));
        assert_eq!(taken("edge-node --audit-all=log --safe app.js --audit x"), (log(true), rest));
        assert_eq!(taken("edge-node --timeout 2 --volume a:/b --audit log app.js").1, "edge-node --timeout 2 --volume a:/b app.js");
        assert_eq!(taken("edge-node app.js --audit x").0, Ok(None));
        assert_eq!(taken("edge-node --audit").0, Err("--audit requires an argument".to_owned()));
        assert_eq!(taken("edge-node --audit-all").0, Err("--audit-all requires an argument".to_owned()));
    }
}

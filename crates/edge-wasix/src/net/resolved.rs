//! Which addresses the names of rules led to: what a rule by name opens is the address that the system's resolver answered, not what the
//! name leads to the next time (DNS rebinding).

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How many are kept; the oldest go first.
const MOST: usize = 4096;

/// Names and their addresses, the newest last.
#[derive(Debug, Default)]
pub struct Resolved(Mutex<VecDeque<(IpAddr, String)>>);

impl Resolved {
    /// Remembers that a name, normalised, led to these addresses.
    pub(crate) fn record(&self, name: &str, addresses: &[IpAddr]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for address in addresses {
            let address = address.to_canonical();
            known.retain(|entry| entry.0 != address || entry.1 != name);
            known.push_back((address, name.to_owned()));
        }
        let surplus = known.len().saturating_sub(MOST);
        known.drain(..surplus);
    }

    /// The names that led to this address.
    pub(crate) fn names(&self, address: IpAddr) -> Vec<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().filter(|entry| entry.0 == address.to_canonical()).map(|entry| entry.1.clone()).collect()
    }

    /// Whether one of the names that led to this address is one that `is_meant`.
    pub(crate) fn any(&self, address: IpAddr, is_meant: impl Fn(&str) -> bool) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().any(|(ip, name)| *ip == address && is_meant(name))
    }
}

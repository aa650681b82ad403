//! The zone of local time: `TZ` of the environment, else what `/etc/localtime` of the program's file system points at, else UTC.

use crate::Environment;
use edge_napi::Result;

/// Where the links of `/etc/localtime` lead: what follows is the zone's name.
const DATABASE: &str = "zoneinfo/";

impl Environment {
    /// Tells the engine the zone; at the start and whenever `process.env.TZ` changes.
    pub fn apply_time_zone(&self) -> Result<()> {
        let kernel = self.kernel();
        let name = match kernel.getenv(b"TZ") {
            Some(name) => String::from_utf8_lossy(&name).into_owned(),
            None => kernel
                .readlink(b"/etc/localtime")
                .ok()
                .and_then(|target| String::from_utf8_lossy(&target).split_once(DATABASE).map(|(_, name)| name.to_owned()))
                .unwrap_or_default(),
        };
        self.env().set_time_zone(&name)
    }
}

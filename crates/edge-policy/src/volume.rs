//! `HOST:GUEST[:ro|rw|cow]`.

use edge_wasix::VolumeAccess;

/// One volume as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeRule {
    /// The folder or file of the host; relative to the document's folder.
    pub host: String,
    /// Where the guest sees it: an absolute path.
    pub guest: String,
    /// What the guest may do with it.
    pub access: VolumeAccess,
}

impl VolumeRule {
    /// Reads `HOST:GUEST[:ro|rw|cow]`; without a mode it is `ro`. A host path may have colons, a guest path may not.
    ///
    /// # Errors
    /// What is wrong, for a person.
    pub fn parse(text: &str) -> Result<VolumeRule, String> {
        let form = || format!("{text:?} is not HOST:GUEST[:ro|rw|cow]");
        if text.contains('\0') {
            return Err(format!("{text:?} has a NUL in it"));
        }
        let (rest, access) = match text.rsplit_once(':') {
            Some((rest, "ro")) => (rest, VolumeAccess::ReadOnly),
            Some((rest, "rw")) => (rest, VolumeAccess::ReadWrite),
            Some((rest, "cow")) => (rest, VolumeAccess::CopyOnWrite),
            Some((_, last)) if last.starts_with('/') => (text, VolumeAccess::ReadOnly),
            Some((rest, mode)) if rest.contains(':') => return Err(format!("{mode:?} is no mode: ro, rw or cow")),
            Some((_, guest)) => return Err(format!("the guest path {guest:?} is not absolute")),
            None => return Err(form()),
        };
        let (host, guest) = rest.rsplit_once(':').ok_or_else(form)?;
        if host.is_empty() {
            return Err(form());
        }
        if !guest.starts_with('/') {
            return Err(format!("the guest path {guest:?} is not absolute"));
        }
        if guest.split('/').any(|name| name == "..") {
            return Err(format!("the guest path {guest:?} has \"..\" in it"));
        }
        Ok(VolumeRule { host: host.to_owned(), guest: guest.to_owned(), access })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let rule = |host: &str, guest: &str, access| Ok(VolumeRule { host: host.into(), guest: guest.into(), access });
        assert_eq!(VolumeRule::parse("./src:/app"), rule("./src", "/app", VolumeAccess::ReadOnly));
        assert_eq!(VolumeRule::parse("./src:/app:ro"), rule("./src", "/app", VolumeAccess::ReadOnly));
        assert_eq!(VolumeRule::parse("/a:b:/data:rw"), rule("/a:b", "/data", VolumeAccess::ReadWrite));
        assert_eq!(VolumeRule::parse("t:/t:cow"), rule("t", "/t", VolumeAccess::CopyOnWrite));
    }

    #[test]
    fn errors_say_what() {
        for (text, reason) in [
            ("", "\"\" is not HOST:GUEST[:ro|rw|cow]"),
            ("/a", "\"/a\" is not HOST:GUEST[:ro|rw|cow]"),
            (":/a", "\":/a\" is not HOST:GUEST[:ro|rw|cow]"),
            ("/a:ro", "\"/a:ro\" is not HOST:GUEST[:ro|rw|cow]"),
            ("/a:b", "the guest path \"b\" is not absolute"),
            ("/a:b:ro", "the guest path \"b\" is not absolute"),
            ("/a:/b:rx", "\"rx\" is no mode: ro, rw or cow"),
            ("/a:/b/../c", "the guest path \"/b/../c\" has \"..\" in it"),
        ] {
            assert_eq!(VolumeRule::parse(text).unwrap_err(), reason);
        }
    }
}

//! A document as a TOML text, for people: what grants something, an entry a line.

use crate::Document;

impl Document {
    /// The document as TOML, without the fields that are as [`Document::default`] has them. Limits are left out.
    pub fn to_toml(&self) -> String {
        let default = Document::default();
        let mut out = String::new();
        let mut list = |name: &str, texts: &[String], usual: &[String]| {
            if texts != usual {
                out.push_str(&format!("{name} = [\n"));
                for text in texts {
                    out.push_str(&format!("    {},\n", quoted(text)));
                }
                out.push_str("]\n");
            }
        };
        list("volumes", &self.volumes, &default.volumes);
        list("memory", &self.memory, &default.memory);
        list("connect", &self.connect, &default.connect);
        list("listen", &self.listen, &default.listen);
        list("unix_sockets", &self.unix_sockets, &default.unix_sockets);
        list("dns", &self.dns, &default.dns);
        list("env", &self.env, &default.env);
        list("commands", &self.commands, &default.commands);
        if !self.set_env.is_empty() {
            out.push_str("[set_env]\n");
            for (name, value) in &self.set_env {
                out.push_str(&format!("{} = {}\n", quoted(name), quoted(value)));
            }
        }
        out
    }
}

/// A basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

//! `--edge-info`: what `edge info` asks this executable, as JSON: the engine, the boot image, what the machine offers.

use crate::image;
use edge_napi::Engine;
use edge_node::{BootImage, native_table};
use edge_quickjs::{ENGINE_HASH, QuickJs};
use edge_wasix::Kernel;
use edge_wasix::host::host_features;

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// One image: where it is, whether this build can start from it (its content is checked too), and which it is.
fn image_facts(kernel: &Kernel, path: Option<&str>) -> String {
    let Some(path) = path else { return "{\"path\":null,\"state\":\"switched off by EDGE_BOOT_IMAGE\"}".to_owned() };
    let state = |state: &str| format!("{{\"path\":{},\"state\":{}}}", quoted(path), quoted(state));
    let Ok(bytes) = kernel.read_file(path.as_bytes(), 1 << 30) else { return state("missing: programs start from source, slowly") };
    match QuickJs.image_from_bytes(&bytes, native_table()).and_then(BootImage::check) {
        Err(error) => state(&error.to_string()),
        Ok(image) => format!(
            "{{\"path\":{},\"state\":\"ok\",\"hash\":\"{:032x}\",\"bytes\":{},\"heap\":{}}}",
            quoted(path),
            image.image().content_hash(),
            bytes.len(),
            image.image().heap_size(),
        ),
    }
}

/// Prints the facts; the exit code.
pub fn print(kernel: &Kernel, exec_path: &str) -> i32 {
    let boot = image::path(kernel, exec_path);
    let session = boot.as_ref().map(|path| format!("{path}.session"));
    let host = host_features();
    let text = format!(
        "{{\"engine\":{{\"name\":{},\"version\":{},\"hash\":{}}},\"image\":{},\"session-image\":{},\"host\":{{\"openat2\":{},\"landlock\":{},\"seccomp\":{}}}}}\n",
        quoted(QuickJs.name()),
        quoted(QuickJs.version()),
        quoted(ENGINE_HASH),
        image_facts(kernel, boot.as_deref()),
        image_facts(kernel, session.as_deref()),
        host.openat2,
        host.landlock,
        edge_wasix::wall::offer().seccomp,
    );
    match kernel.write(1, text.as_bytes(), None) {
        Ok(_) => 0,
        Err(_) => 1,
    }
}

//! `paths`: what a kernel with mounts does with any paths is what a plain model of a tree does.

use super::input::Input;
use super::model::Model;
use super::tree_calls::{PIECES, drive};
use edge_wasix::fs::ReadOnly;
use edge_wasix::{Kernel, MemoryFs};

const PLANTED: &[u8] = b"planted";

/// Calls with any paths, on the kernel and on the model.
pub fn paths(data: &[u8]) {
    let mut input = Input::new(data);
    let read_only = ReadOnly::new(MemoryFs::new().with_file("planted", PLANTED).expect("a file in an empty system"));
    let kernel = Kernel::builder()
        .mount("/", MemoryFs::new())
        .mount("/m", MemoryFs::new())
        .mount("/m/in", MemoryFs::new())
        .mount("/r", read_only)
        .build()
        .expect("a kernel needs nothing");
    let mut model = Model::new(&[(b"/m".as_slice(), false), (b"/m/in", false), (b"/r", true)]);
    model.plant(b"/r", b"planted", PLANTED);
    drive(&kernel, &mut model, &mut input, PIECES);
}

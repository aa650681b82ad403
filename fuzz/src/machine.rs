//! A booted environment, restored from one image for each input.

use edge_napi::IsolateOptions;
use edge_node::{BootImage, EnvironmentOptions, Runtime, native_table};
use edge_quickjs::QuickJs;
use edge_wasix::{Kernel, MemoryFs};
use std::sync::OnceLock;

/// Enough for the library, not for much more.
const OPTIONS: IsolateOptions = IsolateOptions { memory_limit: 96 << 20, stack_limit: 0 };

fn make(image: Option<&BootImage>) -> Runtime {
    let kernel = Kernel::builder().mount("/", MemoryFs::new()).build().expect("a kernel needs nothing");
    Runtime::new(&QuickJs, image, kernel, EnvironmentOptions::default(), &OPTIONS).expect("the library boots")
}

/// A runtime whose library has booted.
pub fn runtime() -> Runtime {
    static IMAGE: OnceLock<BootImage> = OnceLock::new();
    let image = IMAGE.get_or_init(|| {
        let bytes = make(None).snapshot().expect("a booted library fits an image");
        let image = QuickJs.image_from_bytes(&bytes, native_table()).expect("the image just made");
        BootImage::check(image).expect("the image just made")
    });
    make(Some(image))
}

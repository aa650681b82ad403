//! The entry point of the library when it is started as `edge-node` (`src/executable.rs`).

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-cdylib-link-arg=-Wl,-e,edge_node_start");
}

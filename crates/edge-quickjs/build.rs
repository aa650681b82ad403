//! See `edge-quickjs-build`.

fn main() {
    edge_quickjs_build::build();
}

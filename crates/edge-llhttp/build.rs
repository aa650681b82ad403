//! See `edge-llhttp-build`.

fn main() {
    edge_llhttp_build::build();
}

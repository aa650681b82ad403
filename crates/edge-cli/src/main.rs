//! `edge-node` as an ordinary executable, for development and cargo's tests; in the wheel, `crates/edge-python` is it.

fn main() {
    edge_cli::main();
}

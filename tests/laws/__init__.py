"""The laws of DESIGN.md that the compiler's lints cannot hold alone."""

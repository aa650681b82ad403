"""Real npm programs, unmodified, under `edge-node` and under Node: the same bytes out, the same exit status, the same files."""

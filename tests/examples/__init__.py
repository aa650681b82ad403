"""The programs of examples/, spoken to from outside, under `edge-node` and under Node."""

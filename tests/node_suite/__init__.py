"""Runs Node's own tests, from a folder outside this repository, under any `node`-like executable.

`python -m tests.node_suite --suite DIR [--match RE]`; `--help` has the rest. The suite is never copied into the repository: it is
Node's `test/` folder of the release whose library is embedded (24.12.0).
"""

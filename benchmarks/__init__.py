"""Side-by-side runs against Node 24; `python -m benchmarks --help`."""

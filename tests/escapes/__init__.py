"""The escape catalogue: one test for each row, named by its number. Rows that do not apply yet are in `not_yet.toml`."""

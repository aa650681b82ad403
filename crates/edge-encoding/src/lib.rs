//! Placeholder; see ../../ARCHITECTURE.md.

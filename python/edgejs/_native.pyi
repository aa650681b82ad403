"""The native half of the package (crates/edge-python)."""

def version() -> str:
    """The version of the native half, which is the package's."""

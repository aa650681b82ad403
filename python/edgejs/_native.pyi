__all__ = ["version"]

def version() -> str:
    """The version of the native half, which is the package's."""

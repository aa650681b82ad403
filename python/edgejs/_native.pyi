import os
from collections.abc import Sequence
from typing import Any, final

__all__ = ["Session", "measure_boundary", "version"]

@final
class Session:
    """A running environment, on a thread of its own."""

    def __new__(
        cls,
        *,
        exec_path: str,
        image: str | os.PathLike[str] | None,
        cwd: str | None,
        env: Sequence[tuple[str, str]] | None,
        memory_limit: int,
    ) -> Session: ...
    def ask(self, kind: str, request: str) -> tuple[str, Any]: ...
    def finish(self) -> tuple[str, Any]: ...
    def close(self) -> None: ...

def version() -> str:
    """The version of the native half, which is the package's."""

def measure_boundary(rounds: int) -> list[tuple[str, float]]:
    """Nanoseconds for each way across the boundary between JavaScript and native code, the best of five times `rounds`."""

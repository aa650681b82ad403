import os
from collections.abc import Sequence
from typing import Any, final

__all__ = ["Session", "check_policy", "measure_boundary", "read_policy", "version"]

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

def check_policy(document: str, base: str) -> tuple[str, str] | None:
    """What is wrong with a policy, given as its JSON document: the field and the reason. None when it can be."""

def read_policy(text: str, is_json: bool) -> tuple[str | None, tuple[str, str] | None]:
    """A policy file's text as a JSON document with every field; or the field and the reason why it is none."""

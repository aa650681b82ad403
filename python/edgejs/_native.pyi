import os
from collections.abc import Callable, Sequence
from typing import Any, final

from edgejs._hooks import Hooks

__all__ = ["JSFunction", "Session", "check_policy", "measure_boundary", "read_policy", "version", "worker_threads"]

@final
class JSFunction:
    """A JavaScript function. Calling it copies the arguments in and the result out, and awaits a promise; `this` is undefined.

    The environment keeps the function until this is garbage.
    """

    def __call__(self, *args: Any) -> Any: ...

@final
class Session:
    """An environment. Methods may be called from any Python thread, also at once; no thread belongs to it while nothing runs in it."""

    def __new__(
        cls,
        *,
        hooks: Hooks,
        exec_path: str,
        image: str | os.PathLike[str] | None,
        cwd: str | None,
        env: Sequence[tuple[str, str]] | None,
        memory_limit: int,
        policy: str | None,
        limits: str | None,
    ) -> Session: ...
    def ask(self, kind: str, args: tuple[Any, ...]) -> tuple[str, Any]: ...
    def finish(self) -> tuple[str, Any]: ...
    def begin(self, kind: str | None, args: tuple[Any, ...], notify: Callable[[], None]) -> int: ...
    def take(self, ticket: int) -> tuple[str, Any] | None: ...
    def cancel(self, ticket: int) -> None: ...
    def settle(self, number: int, value: object, raised: bool) -> None: ...
    def close(self) -> None: ...

def version() -> str:
    """The version of the native half, which is the package's."""

def worker_threads() -> int:
    """How many threads run environments, or wait to."""

def measure_boundary(rounds: int) -> list[tuple[str, float]]:
    """Nanoseconds for each way across the boundary between JavaScript and native code, the best of five times `rounds`."""

def check_policy(document: str, base: str) -> tuple[str, str] | None:
    """What is wrong with a policy, given as its JSON document: the field and the reason. None when it can be."""

def read_policy(text: str, is_json: bool) -> tuple[str | None, tuple[str, str] | None]:
    """A policy file's text as a JSON document with every field; or the field and the reason why it is none."""

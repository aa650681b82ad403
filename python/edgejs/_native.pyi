import os
from collections.abc import Callable, Sequence
from typing import Any, final

from edgejs._hooks import Hooks

__all__ = ["Files", "JSFunction", "Session", "Snapshot", "check_policy", "measure_boundary", "read_policy", "version", "worker_threads"]

@final
class JSFunction:
    """A JavaScript function. Calling it copies the arguments in and the result out, and awaits a promise; `this` is undefined.

    The environment keeps the function until this is garbage.
    """

    def __call__(self, *args: Any) -> Any: ...

@final
class Files:
    """The files of an environment as it sees them, until it is closed. Nothing of it waits for the environment."""

    def read(self, path: bytes, limit: int) -> bytes: ...
    def write(self, path: bytes, contents: bytes) -> None: ...
    def names(self, path: bytes) -> list[bytes]: ...
    def mkdir(self, path: bytes) -> None: ...
    def remove(self, path: bytes) -> int: ...
    def exists(self, path: bytes) -> bool: ...
    def changes(self) -> list[tuple[bytes, str]]: ...

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
        streams: Sequence[tuple[str, Any]],
        snapshot: Snapshot | None,
    ) -> Session: ...
    def captured(self, stream: int) -> bytes | None: ...
    def files(self) -> Files: ...
    def ask(self, kind: str, args: tuple[Any, ...]) -> tuple[str, Any]: ...
    def finish(self) -> tuple[str, Any]: ...
    def snapshot(self, keep_random: bool) -> tuple[str, Any]: ...
    def begin(self, kind: str | None, args: tuple[Any, ...], notify: Callable[[], None]) -> int: ...
    def take(self, ticket: int) -> tuple[str, Any] | None: ...
    def cancel(self, ticket: int) -> None: ...
    def settle(self, number: int, value: object, raised: bool) -> None: ...
    def close(self) -> None: ...

@final
class Snapshot:
    """An environment as it was, to start any number of others from.

    Args:
        image: what `bytes()` gave. It is copied, and checked with its hash.

    Raises:
        ValueError: it is damaged, or was taken by another version of this package or on another kind of machine.
        OSError: there is no memory for it.
    """

    def __new__(cls, image: bytes) -> Snapshot: ...
    def bytes(self) -> bytes: ...
    @property
    def size(self) -> int: ...
    @property
    def hash(self) -> str: ...

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

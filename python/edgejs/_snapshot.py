"""`edgejs.Snapshot`: a loaded program, to start any number of environments from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from edgejs import _native
from edgejs._core import StrPath
from edgejs._errors import SnapshotError

if TYPE_CHECKING:
    from edgejs._limits import Limits
    from edgejs._policy import Policy
    from edgejs._runtime import Runtime
    from edgejs._streams import Input, Output


class Snapshot:
    """What an environment has in memory, taken by `Runtime.snapshot`: modules that are loaded, globals, caches.

    Environments that are started from it share its memory until they write to it, and have machines of their own: policy, limits,
    files, variables, working folder and time are the new runtime's. A snapshot runs as the program that it was taken of: take one from
    a file only when you would run that program.

    Example:
        >>> with edgejs.Runtime() as runtime:
        ...     runtime.eval("var greet = (name) => 'Hello, ' + name")
        ...     snapshot = runtime.snapshot()
        >>> with snapshot.restore() as restored:
        ...     restored.call("greet", "Ada")
        'Hello, Ada'
    """

    def __init__(self, image: _native.Snapshot) -> None:
        self._image = image

    @property
    def size(self) -> int:
        """Bytes, in memory and as a file."""
        return self._image.size

    @property
    def hash(self) -> str:
        """A hash of the content, 32 hexadecimal digits: two snapshots with the same one are the same."""
        return self._image.hash

    def restore(
        self,
        *,
        policy: Policy | None = None,
        limits: Limits | None = None,
        cwd: StrPath | None = None,
        env: Mapping[str, str] | None = None,
        memory_limit: int = 1 << 30,
        stdin: Input = None,
        stdout: Output = None,
        stderr: Output = None,
    ) -> Runtime:
        """A runtime that continues from here. `Runtime(snapshot=…)` is the same.

        Args:
            policy: as for `Runtime`.
            limits: as for `Runtime`.
            cwd: as for `Runtime`.
            env: as for `Runtime`.
            memory_limit: as for `Runtime`.
            stdin: as for `Runtime`.
            stdout: as for `Runtime`.
            stderr: as for `Runtime`.

        Raises:
            OSError: the environment could not be made.
        """
        from edgejs._runtime import Runtime

        return Runtime(
            policy=policy,
            limits=limits,
            cwd=cwd,
            env=env,
            memory_limit=memory_limit,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            snapshot=self,
        )

    def save(self, path: StrPath) -> None:
        """Writes it to a file, which is whole or not there.

        Raises:
            OSError: the file could not be written.
        """
        unfinished = Path(f"{os.fspath(path)}.{os.getpid()}.unfinished")
        try:
            unfinished.write_bytes(self._image.bytes())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise

    @classmethod
    def load(cls, path: StrPath) -> Snapshot:
        """Reads one that `save` wrote. Its content is checked against its hash, which guards against damage, not against malice.

        Raises:
            SnapshotError: it is damaged, or was taken by another version of this package or on another kind of machine.
            OSError: the file could not be read.
        """
        image = Path(path).read_bytes()
        try:
            return cls(_native.Snapshot(image))
        except ValueError as error:
            raise SnapshotError(f"{os.fspath(path)}: {error}") from None

    def __repr__(self) -> str:
        return f"<Snapshot {self.hash[:12]}, {self.size} bytes>"


def image_of(snapshot: Snapshot | None) -> _native.Snapshot | None:
    """Its native half."""
    return None if snapshot is None else snapshot._image

"""`edgejs.Pool`: many short tasks, each in an environment of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Union

from edgejs._core import StrPath, check
from edgejs._limits import Limits
from edgejs._native import JSFunction
from edgejs._policy import Policy
from edgejs._runtime import Runtime
from edgejs._snapshot import Snapshot
from edgejs._streams import Input, Output, streams

Work = Union[str, Callable[..., Any]]


class Pool:
    """Runs tasks in fresh environments, some at once: nothing of one task is left for the next.

    Args:
        size: how many tasks run at once; None: as many as there are processors.
        policy: as for `Runtime`.
        limits: as for `Runtime`.
        tools: functions for each environment, as the module `host:tools` (see `Runtime.expose`).
        cwd: as for `Runtime`.
        env: as for `Runtime`.
        memory_limit: as for `Runtime`.
        stdin: as for `Runtime`, for each task anew; text or bytes are given to each.
        stdout: as for `Runtime`; a function or a file gets what all tasks write, from several threads.
        stderr: likewise.
        snapshot: what each environment continues from, as for `Runtime`.

    Raises:
        ValueError: `size` is less than 1.

    Example:
        >>> with edgejs.Pool(2) as pool:
        ...     list(pool.map("(n) => n * n", [1, 2, 3]))
        [1, 4, 9]
    """

    def __init__(
        self,
        size: int | None = None,
        *,
        policy: Policy | None = None,
        limits: Limits | None = None,
        tools: Mapping[str, Any] | None = None,
        cwd: StrPath | None = None,
        env: Mapping[str, str] | None = None,
        memory_limit: int = 1 << 30,
        stdin: Input = None,
        stdout: Output = None,
        stderr: Output = None,
        snapshot: Snapshot | None = None,
    ) -> None:
        if size is not None and size < 1:
            raise ValueError(f"size: {size} is less than 1")
        check(policy=policy, limits=limits, cwd=cwd, env=env, memory_limit=memory_limit)
        streams(stdin, stdout, stderr, policy is not None and policy.is_open)
        self._tools = tools
        self._make = partial(
            Runtime,
            policy=policy,
            limits=limits,
            cwd=cwd,
            env=env,
            memory_limit=memory_limit,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            snapshot=snapshot,
        )
        self._executor = ThreadPoolExecutor(size or os.cpu_count() or 1, "edgejs-pool")

    def _run(self, work: Work, args: tuple[Any, ...]) -> Any:
        with self._make() as runtime:
            if self._tools:
                runtime.expose("tools", self._tools)
            if not isinstance(work, str):
                return work(runtime, *args)
            value = runtime.eval(work)
            return value(*args) if isinstance(value, JSFunction) else value

    def submit(self, work: Work, *args: Any) -> Future[Any]:
        """Runs a task when its turn comes.

        Args:
            work: JavaScript; when its value is a function, that is called with `args`. Or a Python function, which gets the `Runtime` and
                `args`. What it returns is the result (functions of the environment are gone with it).
            args: for the function.

        Returns:
            A future of the result; it has the exceptions that `Runtime.eval` raises.
        """
        return self._executor.submit(self._run, work, args)

    def map(self, work: Work, *inputs: Iterable[Any], timeout: float | None = None) -> Iterator[Any]:
        """Runs a task for each input, and gives the results in their order.

        Args:
            work: as for `submit`.
            inputs: one iterable for each parameter.
            timeout: seconds for all of them; None: no limit.

        Raises:
            TimeoutError: they took longer (in Python 3.9 and 3.10 `concurrent.futures.TimeoutError`).
        """
        tasks = list(zip(*inputs))
        return self._executor.map(self._run, [work] * len(tasks), tasks, timeout=timeout)

    def close(self) -> None:
        """Waits for the tasks that run, and drops those that have not begun. A second time is nothing."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

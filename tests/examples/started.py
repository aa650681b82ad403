"""An example that serves: started on a free port, ended by a signal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Started:
    port: int
    process: subprocess.Popen[str]

    def end(self) -> tuple[int, str]:
        """Sends SIGINT, as Ctrl-C does; the exit status and the rest of the output."""
        self.process.send_signal(signal.SIGINT)
        out, _ = self.process.communicate(timeout=20)
        return self.process.returncode, out


@contextmanager
def started(node: Path, script: str) -> Iterator[Started]:
    """`node examples/SCRIPT`, listening; killed at the end when it still runs."""
    env = {**os.environ, "PORT": "0"}
    command = [str(node), str(EXAMPLES / script)]
    with subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            port = re.search(r":(\d+)", line)
            assert port is not None, line
            yield Started(int(port[1]), process)
        finally:
            process.kill()

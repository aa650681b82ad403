"""A PostgreSQL and a Redis of a test session's own: new data, a free port, gone at its end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.programs.debian import find_program

_PASSWORD = "secret"


@contextmanager
def postgresql() -> Iterator[dict[str, str]]:
    """Starts it; gives the `PG…` variables of a superuser who must prove a password by SCRAM-SHA-256."""
    initdb = find_program("postgresql", ("usr/lib/postgresql/*/bin/initdb",))
    with _folder() as (folder, identity):
        password = folder / "password"
        password.write_text(_PASSWORD + "\n")
        password.chmod(0o644)
        env = {**os.environ, **initdb.env, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        run: Any = {"env": env, "cwd": folder, "check": True, "stdin": subprocess.DEVNULL, **identity}
        make = ["-D", "data", "-U", "edge", "--auth=scram-sha-256", "--pwfile=password", "--no-sync", "--encoding=UTF8", "--locale=C"]
        subprocess.run([str(initdb.path), *make], stdout=subprocess.DEVNULL, **run)
        port = _free_port()
        control = [str(initdb.path.with_name("pg_ctl")), "-D", "data", "-w", "-s"]
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c timezone=UTC"
        subprocess.run([*control, "-l", "log", "-o", options, "start"], **run)
        try:
            where = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "edge", "PGPASSWORD": _PASSWORD, "PGDATABASE": "postgres"}
            yield {**where, "PG_SOCKETS": str(folder)}
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **run)


@contextmanager
def redis() -> Iterator[dict[str, str]]:
    """Starts it; gives `REDIS_PORT` and `REDIS_PASSWORD`."""
    program = find_program("redis-server", ("usr/bin/redis-server",))
    with _folder() as (folder, identity):
        port = _free_port()
        options = f"--port {port} --bind 127.0.0.1 --requirepass {_PASSWORD} --appendonly no --daemonize no --loglevel warning"
        command = [str(program.path), *options.split(), "--save", ""]
        env = {**os.environ, **program.env}
        with subprocess.Popen(command, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **identity) as server:
            try:
                _wait_for_port(port, server)
                yield {"REDIS_PORT": str(port), "REDIS_PASSWORD": _PASSWORD}
            finally:
                server.terminate()


@contextmanager
def _folder() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A new folder, and what makes a child process its owner: PostgreSQL refuses root, so that root's servers run as `nobody`."""
    folder = Path(tempfile.mkdtemp(prefix="edgejs-db-"))
    identity: dict[str, Any] = {}
    if os.getuid() == 0:
        identity = {"user": 65534, "group": 65534, "extra_groups": []}
        os.chown(folder, 65534, 65534)
    try:
        yield folder, identity
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for_port(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{server.args!r} does not listen on {port}")

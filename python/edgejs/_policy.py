"""`edgejs.Policy`: what a program may do, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Union

from edgejs import _native

StrPath = Union[str, "os.PathLike[str]"]


class PolicyError(ValueError):
    """A policy that cannot be.

    Attributes:
        field: which field: `volumes[2]`, `limits.memory`; empty for a file that is no policy at all.
        reason: what is wrong with it.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


@dataclass(frozen=True)
class Policy:
    """What a program may do. It can do what is named here and nothing else; without arguments that is a folder in memory, `/tmp`.

    Attributes:
        volumes: folders of the host and where the program sees them, `HOST:GUEST[:ro|rw]`; read-only when not said. A relative HOST starts
            from the working folder at the time the policy is made.
        memory: guest paths of empty folders in memory, writable.
        connect: what may be connected to: `[tcp://|udp://]HOST[:PORTS]`, HOST being a name, `*.name`, `*`, an address or a network
            (`10.0.0.0/8`), PORTS a port, `8000-8010` or `*`. Names and wildcards open public addresses only; this host, private networks
            and the clouds' metadata services need a network of their own.
        listen: where may be listened, likewise, by address.
        unix_sockets: paths of the host's local sockets.
        dns: names that may be resolved besides those in `connect`.
        env: the host's environment variables that are passed on.
        set_env: environment variables that are set.
        commands: programs that may be started: `node` is a program as sandboxed as this one, everything else the path of a program of the
            host's, which has the host user's rights.
        native_addons: whether native modules may be loaded. They cannot yet: True is an error.
        limits: how much it may use, by name: `memory`, `host_memory`, `cpu_time`, `wall_time`, `open_files`, `sockets`, `timers`,
            `threads`, `bytes_written`, `output`, `message_size`; numbers, or texts such as `"64MB"`.

    Raises:
        PolicyError: a field cannot be what it is; it names the field.

    Example:
        >>> policy = edgejs.Policy(connect=["tcp://api.example.com:443"], memory=["/tmp", "/out"])
        >>> policy.to_document()["connect"]
        ['tcp://api.example.com:443']
        >>> edgejs.Policy(volumes=["nowhere"])
        Traceback (most recent call last):
        edgejs._policy.PolicyError: volumes[0]: "nowhere" is not HOST:GUEST[:ro|rw|cow]
    """

    volumes: Sequence[str] = ()
    memory: Sequence[str] = ("/tmp",)
    connect: Sequence[str] = ()
    listen: Sequence[str] = ()
    unix_sockets: Sequence[str] = ()
    dns: Sequence[str] = ()
    env: Sequence[str] = ()
    set_env: Mapping[str, str] = field(default_factory=dict)
    commands: Sequence[str] = ()
    native_addons: bool = False
    limits: Mapping[str, int | float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        here = os.getcwd()  # noqa: PTH109 - the native half wants a text
        for entry in fields(self):
            value: Any = getattr(self, entry.name)
            if isinstance(value, (str, bytes)):
                raise PolicyError(entry.name, "must be a list of texts")
            if isinstance(value, Mapping):
                object.__setattr__(self, entry.name, dict(value))
            elif not isinstance(value, bool):
                try:
                    texts = tuple(value)
                except TypeError:
                    raise PolicyError(entry.name, "must be a list of texts") from None
                object.__setattr__(self, entry.name, texts)
        try:
            document = json.dumps(self.to_document())
        except (TypeError, ValueError) as error:
            raise PolicyError("", f"no JSON: {error}") from None
        wrong = _native.check_policy(document, here)
        if wrong is not None:
            raise PolicyError(*wrong)
        absolute = [text if text.startswith("/") else f"{here}/{text}" for text in self.volumes]
        object.__setattr__(self, "volumes", tuple(absolute))

    def __hash__(self) -> int:
        return hash(json.dumps(self.to_document(), sort_keys=True))

    @classmethod
    def from_file(cls, path: StrPath) -> Policy:
        """Reads a policy file: JSON when its name ends in `.json`, else TOML. Relative paths in it start from its folder.

        Raises:
            PolicyError: it is no policy.
            OSError: it cannot be read.
        """
        file = Path(path)
        document, wrong = _native.read_policy(file.read_text(encoding="utf-8"), file.suffix == ".json")
        if document is None:
            raise PolicyError(*(wrong or ("", "no policy")))
        fields = json.loads(document)
        folder = file.resolve().parent
        fields["volumes"] = [text if text.startswith("/") else f"{folder}/{text}" for text in fields["volumes"]]
        return cls(**fields)

    @classmethod
    def open(cls) -> Policy:
        """No wall: everything that this process may do. Its files, network, environment variables and child processes, as `edgejs.run` has.

        For programs that are trusted as this one is. Limits hold for it too.

        Example:
            >>> with edgejs.Runtime(policy=edgejs.Policy.open()) as runtime:
            ...     runtime.eval("process.cwd()") == os.getcwd()
            True
        """
        return _Open()

    @property
    def is_open(self) -> bool:
        """Whether it is `Policy.open()`."""
        return False

    def to_document(self) -> dict[str, Any]:
        """The document of this policy, as `edge-node --policy FILE` reads it when it is written to a JSON file.

        Raises:
            PolicyError: it is `Policy.open()`, which no document says.
        """
        value = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {
            name: list(part) if isinstance(part, tuple) else dict(part) if isinstance(part, Mapping) else part
            for name, part in value.items()
        }


@dataclass(frozen=True)
class _Open(Policy):
    def __post_init__(self) -> None:
        pass

    def __repr__(self) -> str:
        return "Policy.open()"

    def __hash__(self) -> int:
        return hash(_Open)

    @property
    def is_open(self) -> bool:
        return True

    def to_document(self) -> dict[str, Any]:
        raise PolicyError("", "an open policy has no document: it grants what the process has")

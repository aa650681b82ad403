"""examples/http_api: the same requests to both runtimes, the same answers."""

from __future__ import annotations

import http.client
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from tests.examples.started import started
from tests.programs.install import real_node


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Any


def _json(value: object) -> tuple[bytes, dict[str, str]]:
    return json.dumps(value).encode(), {"content-type": "application/json"}


def _converse(node: Path) -> list[Answer]:
    """Ids and times are made steady; `ID0` in a path stands for the first note's id."""
    ids: list[str] = []
    answers = []
    with started(node, "http_api/server.mjs") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)

        def ask(method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
            path = re.sub(r"ID(\d)", lambda number: ids[int(number[1])], path)
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            text = response.read().decode()
            for found in re.findall(r'"id":"([-0-9a-f]{36})"', text):
                if found not in ids:
                    ids.append(found)

            def steady(text: str) -> str:
                for number, made in enumerate(ids):
                    text = text.replace(made, f"ID{number}")
                return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)

            shown = {name.lower(): steady(value) for name, value in response.getheaders() if name.lower() not in ("date", "etag")}
            answer = Answer(response.status, shown, json.loads(steady(text)) if text else None)
            answers.append(answer)
            return Answer(response.status, dict(response.getheaders()), None)

        ask("GET", "/notes")
        ask("POST", "/notes", *_json({"text": "buy milk ü", "tags": ["home"]}))
        ask("POST", "/notes", *_json({"text": "write", "tags": []}))
        for number in range(3):
            ask("POST", "/notes", *_json({"text": f"note {number}", "tags": ["home", "many"]}))
        ask("GET", "/notes?tag=home&limit=2")
        ask("GET", "/notes?limit=0")
        first = ask("GET", "/notes/ID0")
        ask("GET", "/notes/ID0", headers={"if-none-match": first.headers["etag"]})
        ask("HEAD", "/notes/ID0")
        ask("PUT", "/notes/ID1", *_json({"text": "written"}))
        ask("DELETE", "/notes/ID0")
        ask("GET", "/notes/ID0")
        ask("PATCH", "/notes/ID1")
        ask("GET", "/nowhere")
        ask("GET", "/notes/%E0%A4%A")
        ask("POST", "/notes", b"{", {"content-type": "application/json"})
        ask("POST", "/notes", b"text=x", {"content-type": "application/x-www-form-urlencoded"})
        ask("POST", "/notes", *_json({"text": " ", "tags": "home"}))
        ask("POST", "/notes", *_json([]))
        ask("GET", "/health")
        ask("POST", "/notes", *_json({"text": "x" * 70_000}))
        ask("GET", "/notes?tag=many")
        connection.close()
        status, rest = server.end()
        assert (status, rest) == (0, "closed\n")
    return answers


def test_both_answer_alike(edge_node: Path) -> None:
    expected, got = _converse(real_node()), _converse(edge_node)
    assert got == expected
    statuses = [answer.status for answer in got]
    assert statuses == [
        200,
        201,
        201,
        201,
        201,
        201,
        200,
        400,
        200,
        304,
        200,
        200,
        204,
        404,
        405,
        404,
        400,
        400,
        415,
        422,
        422,
        200,
        413,
        200,
    ]

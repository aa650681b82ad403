"""Makes the call of a difference smaller while the difference stays: parts are taken out, or something simpler is put in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.differential.compare import Difference, Pair

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`|[\w$.]+|\s+|=>|\.\.\.|\?\.|.', re.DOTALL)
_OPEN, _CLOSE = "([{", ")]}"
_ROUNDS = 60
_CANDIDATES = 400


def minimised(pair: Pair, found: Difference) -> Difference:
    """The smallest call that was found; one that is listed as an exception is not it."""
    for _ in range(_ROUNDS):
        smaller = _next(pair, found)
        if smaller is None:
            return found
        found = smaller
    return found


def _next(pair: Pair, found: Difference) -> Difference | None:
    head = re.match(r"(?:await |new )*[\w.]*", found.source)
    assert head is not None
    candidates = sorted({source for source in _candidates(found.source) if source.startswith(head[0])}, key=len)[:_CANDIDATES]
    for candidate in pair.differences(candidates) if candidates else []:
        # Twice, because a date of now differs by chance.
        if candidate.kind() == found.kind() and "invalid" not in candidate.kind() and pair.differences([candidate.source]) == [candidate]:
            return candidate
    return None


def _candidates(source: str) -> Iterator[str]:
    tokens: list[str] = _TOKEN.findall(source)
    for begin, end in _parts(tokens):
        yield "".join(tokens[:begin] + tokens[end:])
        for simple in ("0", "null", "{}", "[]"):
            if "".join(tokens[begin:end]).strip() not in ("0", "null", "{}", "[]", ","):
                yield "".join([*tokens[:begin], simple, *tokens[end:]])
        # A bracket's inside in the place of all of it.
        if tokens[begin] in _OPEN and end - begin > 2:
            yield "".join(tokens[:begin] + tokens[begin + 1 : end - 1] + tokens[end:])
    for at, token in enumerate(tokens):
        for shorter in _shorter(token):
            yield "".join([*tokens[:at], shorter, *tokens[at + 1 :]])


def _parts(tokens: list[str]) -> Iterator[tuple[int, int]]:
    """Tokens, brackets with all that they hold, and elements of lists with a comma beside them."""
    stack: list[int] = []
    commas: dict[int, list[int]] = {}
    for at, token in enumerate(tokens):
        if token in _OPEN:
            stack.append(at)
            commas[at] = [at]
        elif token in _CLOSE and stack:
            begin = stack.pop()
            yield begin, at + 1
            bounds = [*commas[begin], at]
            for before, after in zip(bounds, bounds[1:]):
                if after > before + 1:
                    yield before + 1, after
                    yield (before, after) if before != begin else (before + 1, min(after + 1, at))
        elif token == "," and stack:
            commas[stack[-1]].append(at)
        elif not token.isspace():
            yield at, at + 1
    for at, token in enumerate(tokens[:-1]):
        if token == "new" or token in ("async", "await"):
            yield at, at + 2


def _shorter(token: str) -> Iterator[str]:
    if len(token) > 2 and token[0] in "\"'":
        characters = re.findall(r"\\u[0-9a-fA-F]{4}|\\.|.", token[1:-1], re.DOTALL)
        half = len(characters) // 2
        yield token[0] * 2
        if half:
            yield token[0] + "".join(characters[:half]) + token[0]
            yield token[0] + "".join(characters[half:]) + token[0]
        for at in range(min(len(characters), 40)):
            yield token[0] + "".join(characters[:at] + characters[at + 1 :]) + token[0]
            if characters[at] != "a":
                yield token[0] + "".join([*characters[:at], "a", *characters[at + 1 :]]) + token[0]
    elif re.fullmatch(r"\d[\d.en]+", token):
        yield "1"
        yield token[:-1]

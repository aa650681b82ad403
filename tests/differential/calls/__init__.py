"""The calls, one file for each part of the library; each has a `CALLS`."""

from __future__ import annotations

from tests.differential.calls import (
    asserts,
    buffers,
    clone,
    decoders,
    errors,
    event_emitters,
    inspect,
    language,
    paths,
    query_strings,
    urls,
)
from tests.differential.values import Source

MODULES: dict[str, Source] = {
    "assert": asserts.CALLS,
    "buffer": buffers.CALLS,
    "clone": clone.CALLS,
    "decoders": decoders.CALLS,
    "errors": errors.CALLS,
    "events": event_emitters.CALLS,
    "language": language.CALLS,
    "path": paths.CALLS,
    "querystring": query_strings.CALLS,
    "url": urls.CALLS,
    "util": inspect.CALLS,
}

"""Calls from the strategies: always the same ones for the same seed and the same hypothesis."""

from __future__ import annotations

import warnings

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import NonInteractiveExampleWarning

from tests.differential.calls import MODULES

_SETTINGS = settings(database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


def generated(module: str, count: int, number: int) -> list[str]:
    """About `count` different calls to a part of the library (a key of `MODULES`), the ones of this number."""
    found: dict[str, None] = {}

    @seed(f"{module} {number}")
    @settings(_SETTINGS, max_examples=count)
    @given(MODULES[module])
    def gather(source: str) -> None:
        found[source] = None

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NonInteractiveExampleWarning)
        gather()
    return list(found)

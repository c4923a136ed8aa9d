"""A short run of the fuzzer; the long one is `python -m tests.soak.fuzz`."""

from __future__ import annotations

from tests.soak.fuzz import fuzz


def test_some_hundred_random_requests_find_nothing() -> None:
    found = fuzz(200, each=6, phases="examples,fuzzing")
    assert not found.failures, found.words
    assert found.cases >= 200
    assert found.operations > 40

"""Token buckets."""

from __future__ import annotations

import asyncio
import threading

import pytest

from api.http import limits
from api.http.limits import Buckets, Limits, network
from api.http.problems import ProblemError
from api.settings import Settings


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(limits, "time", clock)
    return clock


def test_a_bucket_gives_a_minutes_worth_at_once_and_then_evenly(clock: Clock) -> None:
    buckets = Buckets(6)
    assert [buckets.take("a") for _ in range(6)] == [0.0] * 6
    assert buckets.take("a") == pytest.approx(10)
    clock.now += 9
    assert buckets.take("a") == pytest.approx(1)
    clock.now += 1
    assert buckets.take("a") == 0
    assert buckets.take("a") == pytest.approx(10)
    clock.now += 3600
    assert [buckets.take("a") for _ in range(6)] == [0.0] * 6
    assert buckets.take("a") > 0


def test_buckets_do_not_touch_each_other(clock: Clock) -> None:
    buckets = Buckets(1)
    assert buckets.take("a") == 0
    assert buckets.take("b") == 0
    assert buckets.take("a") > 0


def test_what_is_given_back_can_be_taken_again(clock: Clock) -> None:
    buckets = Buckets(1)
    for _ in range(5):
        assert buckets.take("a") == 0
        buckets.give_back("a")


def test_memory_is_bounded_however_many_ask(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 100)
    buckets = Buckets(1)
    for k in range(1000):
        buckets.take(str(k))
    assert len(buckets._full_at) == 100
    assert buckets.take("999") > 0  # the newest are remembered


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_whoever_has_an_ipv6_network_is_one(address: str, same: str) -> None:
    assert network(address) == same


def test_new_jobs_are_limited_by_caller(settings: Settings, clock: Clock) -> None:
    held = Limits(settings.model_copy(update={"jobs_per_minute": 2}))
    held.new_job("token:1")
    held.new_job("token:1")
    with pytest.raises(ProblemError) as refused:
        held.new_job("token:1")
    assert refused.value.status == 429
    assert refused.value.headers["Retry-After"] == "30"
    held.new_job("token:2")


def test_only_so_many_passwords_are_compared_or_wait_at_once(settings: Settings) -> None:
    held = Limits(settings)
    go = threading.Event()
    running = peak = 0
    lock = threading.Lock()

    def compare() -> bool:
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
        go.wait(10)
        with lock:
            running -= 1
        return True

    async def many() -> list[bool | BaseException]:
        tasks = [asyncio.create_task(held.slowly(compare)) for _ in range(limits.MOST_CHECKS + 3)]
        await asyncio.sleep(0.1)
        go.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    done = asyncio.run(many())
    assert done.count(True) == limits.MOST_CHECKS
    assert sum(isinstance(each, ProblemError) and each.status == 429 for each in done) == 3
    assert peak == limits.AT_ONCE

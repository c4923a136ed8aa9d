"""Rolling re-planning on the page Today: how often, how the newest went, what it changed, when the next is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from api.contract.rolling import Minutes, Rolling
from api.http.contents import Contents
from api.pages.environment import Words
from api.pages.freshness import clock
from api.pages.moments import zone
from ems.operation.live_words import BRIDGED

CHOICES: tuple[int, ...] = get_args(Minutes)


@dataclass(frozen=True)
class RollingView:
    """``minutes`` 0: off. ``bridged`` says what stands where the plan before leaves it, for want of measurements."""

    minutes: int
    choices: tuple[int, ...]
    last: str
    failed: bool
    job: str
    plan: str
    changed: str
    bridged: str
    following: str
    fault: str


def rolling_view(r: Rolling, timezone: str, now: datetime, contents: Contents, w: Words) -> RollingView:
    last = w("ro_none")
    if r.last_due is not None and r.state is not None:
        last = w("ro_last", time=clock(r.last_due, zone(timezone)), state=w(f"ro_{r.state}"))
    following = ""
    if r.next_due is not None:
        soon = r.next_due <= now
        following = w("ro_soon") if soon else w("ro_next", time=clock(r.next_due, zone(timezone)))
    changed, bridged = _told(contents, r.plan, w) if r.plan is not None else ("", "")
    return RollingView(
        minutes=r.minutes or 0,
        choices=CHOICES,
        last=last,
        failed=r.state == "failed",
        job=r.job or "",
        plan=r.plan or "",
        changed=changed,
        bridged=bridged,
        following=following,
        fault=r.fault or "",
    )


def _told(contents: Contents, plan: str, w: Words) -> tuple[str, str]:
    """What a re-plan says that it changes, and what of the state it takes from the plan before."""
    content = contents.parsed(plan)
    bridged = next((note for note in content["notes"] if BRIDGED in note["zh"]), None)
    why = content["why"]
    return w.pick(why[0]) if why else "", w.pick(bridged) if bridged else ""

"""Plans and their texts as pages read them: those of a foreign park look as if they did not exist."""

from __future__ import annotations

import sqlalchemy as sa

from api.contract.plans import PlanSummary
from api.http.principal import Principal
from api.http.problems import not_found
from api.records import plans


def visible_plan(c: sa.Connection, id: str, who: Principal) -> PlanSummary:
    found = plans.plan(c, id)
    if found is None or not who.may_see(found.site):
        raise not_found(f"plan {id}")
    return found

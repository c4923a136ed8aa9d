"""What of a request for a plan can be refused at once, instead of by a job that fails."""

from __future__ import annotations

from api.contract.plans import PlanRequest
from api.http.principal import Principal
from api.http.problems import ProblemError, unusable
from api.records import plans
from api.store import Store
from ems.changes import changed_site
from ems.site_file import SiteFile
from ems.state import state_of
from forecasting.errors import InputError


def check(asked: PlanRequest, file: SiteFile, store: Store, who: Principal) -> None:
    """Raise a 422 problem where changes or state do not fit the site, or there is no plan to compare with."""
    site = file.site
    if asked.risk_weight and not asked.scenarios:
        remedy = "without scenarios there is no risk: give their number"
        raise unusable("/risk_weight", f"{asked.risk_weight:g} without scenarios", expected="0", remedy=remedy)
    if asked.changes is not None:
        try:
            site = changed_site(file, asked.changes).site
        except InputError as error:
            raise _refused(error, "/changes") from error
    if isinstance(asked.state, dict):
        try:
            state_of(asked.state, site, source="state")
        except InputError as error:
            raise _refused(error, "/state") from error
    if asked.what_if_of is not None:
        with store.read() as c:
            other = plans.plan(c, asked.what_if_of)
        if other is None or other.site != asked.site or not who.may_see(other.site):
            raise unusable("/what_if_of", f"there is no plan {asked.what_if_of} of {asked.site}")


def _refused(error: InputError, part: str) -> ProblemError:
    return unusable(error.pointer or part, error.said, expected=error.expected, remedy=error.remedy)

"""Why a study has no answer, in a sentence that names what stands in the way."""

from __future__ import annotations

from ems.problem import Answer
from ems.site import Site
from ems.sizing.study import Study
from ems.solve import Solver
from forecasting.errors import InputError
from models import Window


def explained(site: Site, study: Study, w: Window, solver: Solver, answer: Answer) -> InputError:
    """The error to raise where the linear program has no answer."""
    return InputError("study", "sizes", answer.message, "sizes that can meet the demand")

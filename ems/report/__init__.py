"""Reports of a plan, made from the content of its `plan.json` alone."""

from ems.report.figures import figures
from ems.report.page import plan_html
from ems.report.view import Lang, PlanView

__all__ = ["Lang", "PlanView", "figures", "plan_html"]

"""The result of a study as one page for banks, engineers and auditors."""

from ems.sizing.report.page import study_html

__all__ = ["study_html"]

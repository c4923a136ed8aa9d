"""The page of an energy analysis."""

from ems.analysis.report.page import analysis_html

__all__ = ["analysis_html"]

"""The result of a study as a workbook whose money can be followed cell by cell."""

from ems.sizing.workbook.book import study_workbook

__all__ = ["study_workbook"]

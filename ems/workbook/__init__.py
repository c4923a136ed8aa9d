"""A stored plan as a workbook."""

from ems.workbook.book import to_xlsx

__all__ = ["to_xlsx"]

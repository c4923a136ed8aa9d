"""An emission report as a workbook whose kilograms can be followed cell by cell: activity x factor."""

from ems.emissions.workbook.book import workbook

__all__ = ["workbook"]

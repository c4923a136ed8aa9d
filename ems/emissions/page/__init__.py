"""An emission report as one page for operators, verifiers and the public."""

from ems.emissions.page.whole import page

__all__ = ["page"]

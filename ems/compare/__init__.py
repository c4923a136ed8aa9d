"""Two stored plans of the same day beside each other."""

from ems.compare.plans import difference

__all__ = ["difference"]

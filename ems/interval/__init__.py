"""One interval of a stored plan in words."""

from ems.interval.sentences import explain_interval

__all__ = ["explain_interval"]

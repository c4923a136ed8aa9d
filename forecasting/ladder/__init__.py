"""The ladder of forecasts: from persistence to blended learners, each rung always computed, always scored."""

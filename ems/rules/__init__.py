"""Operation by rules: how a careful operator without an optimiser would run the park."""

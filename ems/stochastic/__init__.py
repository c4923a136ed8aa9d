"""Plans under uncertainty: what is decided before the day holds for every scenario, the rest follows each."""

"""Sweeps: many scenarios on one executor, each with a row in a journal, so that what was done is never done again."""

"""Emissions of a park: activity x factor, by scope, carrier, cause and hour; baselines, avoided emissions, evidence."""

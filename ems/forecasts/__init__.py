"""Forecasts of a park with their uncertainty: made from its history, shown beside how well they did before."""

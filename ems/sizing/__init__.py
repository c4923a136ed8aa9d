"""Sizing: what to build, what it costs over its life, and whether it keeps its promise in operation."""

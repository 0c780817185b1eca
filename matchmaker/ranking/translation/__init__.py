"""Matching across languages without a neural model: probabilistic structured queries over a dictionary."""

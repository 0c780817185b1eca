"""Fairness: what rankings show of each platform, and whether firms of every sort fare alike."""

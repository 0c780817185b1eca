"""Openness lists: versions of them drafted, reviewed, published in batches, and read by everybody."""

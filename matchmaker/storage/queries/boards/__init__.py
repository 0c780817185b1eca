"""What the boards of the operator ask, all of it of summaries."""

"""Openness lists on pages: read by everybody, drafted by platforms, reviewed and published by the operator."""

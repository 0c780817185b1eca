"""Webhooks: what happens is written down as it happens, and sent by jobs to whoever asked for it."""

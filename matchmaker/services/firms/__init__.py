"""Accounts of firms: how one is opened, and the needs that are gathered in it."""

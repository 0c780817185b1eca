"""Accounts: signing in and all that belongs to it, and the people of an organisation."""

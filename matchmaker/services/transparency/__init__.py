"""The rules in the open: rankings computed again, and the cards of rules and model."""

"""The operator's boards, and the public cards of rules and model."""

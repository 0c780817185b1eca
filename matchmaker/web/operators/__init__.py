"""The pages of the operator: organisations, appeals and complaints, the running service."""

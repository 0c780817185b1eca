"""What the product does, one function a use case; each takes the session first and never begins a transaction."""

"""Learning, guarded: what was judged is gathered, weights are proposed, and an operator promotes or rolls back."""

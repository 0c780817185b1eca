"""People who sign in: how they join a team, prove who they are, and are stood in for."""

"""The pages of partnership teams: the leads to answer, and the platform's own offerings."""

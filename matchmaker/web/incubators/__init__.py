"""The pages of incubators: batches of referrals, and the keys to the API."""

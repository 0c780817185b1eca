"""Referrals: what an incubator sends for its firms, from the key it calls with to the state of each lead."""

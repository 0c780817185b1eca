"""Demand beside supply: what is asked for, from where, what of it nothing opened fits, and what nobody asks for."""

"""The targets of the programme: what counts towards them, with evidence, and how far they are."""

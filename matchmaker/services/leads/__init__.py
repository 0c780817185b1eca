"""From the choice of an offering to its answer: asking, consent, what each side does with a lead, erasure."""

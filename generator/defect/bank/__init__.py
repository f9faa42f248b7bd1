"""Real defects cut out: the bank's files, and a shape and an appearance that paste from it."""

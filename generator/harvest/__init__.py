"""Real defects to a bank of cut-outs."""

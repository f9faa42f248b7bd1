"""Verbs that read real data: several data sets to one, scarce classes to their targets."""

"""Verbs that read real data: kinds and banks from it, several data sets to one, scarce classes to their targets."""

"""Scarce classes to their targets."""

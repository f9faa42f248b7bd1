"""Counts in bins, and drawings of them."""

"""Surfaces without a letter, for text to be written on."""

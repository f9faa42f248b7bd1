"""Kinds of defects from a few real ones: read, measure, write a yaml, compare."""

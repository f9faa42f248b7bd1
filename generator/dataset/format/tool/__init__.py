"""The formats of labelling tools."""

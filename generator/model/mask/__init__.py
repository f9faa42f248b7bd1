"""A small model of outlines, learned from few masks."""

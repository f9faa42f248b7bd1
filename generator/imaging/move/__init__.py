"""Whole samples moved by one map of the plane: pixels, masks, text and parts."""

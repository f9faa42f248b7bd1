"""Kinds learned from real defects: shape, look and place drawn jointly from measured rows."""

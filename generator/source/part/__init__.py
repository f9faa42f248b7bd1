"""Drawn products: one file each, and the source that shows them in turn."""

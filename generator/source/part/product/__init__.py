"""The drawn products: one file each, with a ``draw``."""

"""Drawn good images: the products, the camera, and the source that shows them in turn."""

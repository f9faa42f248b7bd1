"""Learned models from a local folder: the only room that imports torch."""

"""Captions: what an image shows, in words."""

"""Markings that change the surface itself: cut, struck, raised or burnt."""

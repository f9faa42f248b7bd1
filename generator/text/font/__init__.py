"""Faces: font files, and those drawn as data in assets/."""

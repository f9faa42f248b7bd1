"""Formats that state how a part lies: its oriented box, or two points on it."""

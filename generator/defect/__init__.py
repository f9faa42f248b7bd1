"""Defects: a shape and an appearance, put where such a thing occurs."""

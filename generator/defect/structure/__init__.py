"""Structural defects: parts and ink that are missing, moved, bent or smeared, by real displacement."""

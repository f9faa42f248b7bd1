"""Formats of text: what readers of characters, lines and scenes are trained on."""

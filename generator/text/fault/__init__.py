"""What goes wrong with a print, each with its own mask."""

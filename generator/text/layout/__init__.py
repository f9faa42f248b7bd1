"""Where texts stand: a line alone, lines on a surface, the fields of a label."""

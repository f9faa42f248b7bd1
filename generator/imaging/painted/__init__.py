"""Defects that a model painted, judged: seen, without a seam, like real ones, no copies."""

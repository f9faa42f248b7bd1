"""Grammars: regular expressions, templates with parts, dates, counters."""

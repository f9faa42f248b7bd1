"""What a text says: lists, patterns, dates, counters, check digits."""

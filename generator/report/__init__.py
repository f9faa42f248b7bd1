"""What a run wrote, on one page."""

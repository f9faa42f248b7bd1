"""Where a defect lies and what outline it has; one file a kind."""

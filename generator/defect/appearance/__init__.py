"""What the pixels of a defect look like; one file a kind."""

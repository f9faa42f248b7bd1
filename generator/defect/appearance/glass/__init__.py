"""What defects in and on glass look like; one file a kind."""

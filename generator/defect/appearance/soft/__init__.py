"""What defects of leather and cloth look like; one file a kind."""

"""What must be true of a sample; a finding where it is not."""

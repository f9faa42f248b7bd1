"""What a turned image's canvas shows beyond it."""

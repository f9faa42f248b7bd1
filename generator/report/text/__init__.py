"""What the report says of text: counts, labels drawn over the image, what the labels mean."""

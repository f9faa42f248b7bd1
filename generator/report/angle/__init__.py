"""What the report says and shows of angles: counts, labels drawn over the image, what the labels mean."""

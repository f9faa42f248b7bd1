"""From a text and a face to a flat plate: ink, and which character each pixel belongs to."""

"""Models trained on real defects: data, survey, training, and what paints with them."""

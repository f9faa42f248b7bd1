"""Several data sets to one, split by provenance."""

"""Good images: photographs or drawn parts, and where on them defects may lie."""

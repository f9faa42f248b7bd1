"""Where on a good image defects may lie."""

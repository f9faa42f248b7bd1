"""From a configuration to a finished data set."""

"""What lies in a data set, for the eyes of who trains on it."""

"""What is known of the angles of a data set, and what gives them away."""

"""What coatings do: they craze and they run."""

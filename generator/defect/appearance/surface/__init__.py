"""What happens to a surface: heat, corrosion, spatter, and what nobody has seen before."""

"""How a text gets onto a surface: ink, dots, dents, burns, grooves."""

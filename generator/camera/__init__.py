"""What happens between the part and the file: the camera, and how its surroundings drift."""

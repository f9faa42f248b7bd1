"""Text on images: what it says, in which face, how it is marked, where it stands; labels come with it."""

"""Image files below the level of pixels: what their heads say, and PNG as a container."""

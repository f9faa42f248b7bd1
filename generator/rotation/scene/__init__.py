"""Parts cut out and laid on scenes."""

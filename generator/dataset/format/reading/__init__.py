"""What readers of other tools' files share: entries that know their line, shapes as labels, images by name."""

"""Where shards are worked on."""

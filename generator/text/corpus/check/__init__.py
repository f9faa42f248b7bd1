"""Check digits and what carries them."""

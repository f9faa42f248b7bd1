"""Images turned by known angles, and parts laid on scenes: what orientation models are trained on."""

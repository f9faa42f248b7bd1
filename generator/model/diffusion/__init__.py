"""A diffusion model trained from scratch that paints defects into crops."""

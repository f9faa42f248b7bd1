"""A GAN that paints defects as residuals of crops."""

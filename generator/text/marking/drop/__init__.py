"""Ink in drops: what a coder throws, and the plate it lands on."""

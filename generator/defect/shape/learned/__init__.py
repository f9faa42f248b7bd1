"""Outlines that trained models draw."""

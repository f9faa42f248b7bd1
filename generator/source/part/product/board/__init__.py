"""Printed boards, bare and populated."""

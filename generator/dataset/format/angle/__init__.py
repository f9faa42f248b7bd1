"""Formats that state how images and parts are turned."""

"""One module a format, each with ``read(path)`` and ``write(data, path)``."""

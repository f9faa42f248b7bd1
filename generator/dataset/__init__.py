"""The canonical store and the formats that read it and write others."""

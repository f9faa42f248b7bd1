"""How a flat plate is bent and seen: turned, in perspective, on an arc, on a cylinder."""

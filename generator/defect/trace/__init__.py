"""Defects of printed conductors: the copper is found in the image itself, then cut, bridged, bitten or dotted."""

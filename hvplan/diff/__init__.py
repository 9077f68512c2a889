"""Desired and live, compared: a closed union of changes over addresses, and what may not be done. Pure."""

"""A host's state as live model."""

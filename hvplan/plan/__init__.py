"""Changes become an ordered graph of steps. Pure."""

"""Changes as an ordered graph of steps, with what they cost, what stands against them and what will be asked. Pure."""

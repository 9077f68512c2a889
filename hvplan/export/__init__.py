"""What a host has, as the files that would ask for it."""

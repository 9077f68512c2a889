"""A plan carried out on a host: workers, waits, verification by re-read."""

"""Plan and result documents as frozen types, with their canonical JSON and digest."""

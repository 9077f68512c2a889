"""Documents for people. Pure: reads documents, nothing else."""

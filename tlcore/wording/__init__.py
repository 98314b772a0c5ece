"""The words of the simulated texts: rules for `tlcore.grammar`, and nothing else."""

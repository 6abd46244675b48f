"""Sweeps that are too large for one table or one night: a folder with a file for each scenario."""

"""Benchmarks: the command line beside its peers, on the same dumps and machine, in turn."""

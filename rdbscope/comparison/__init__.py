"""Comparison of two snapshots: which ones belong together, what differs, and why bytes moved."""

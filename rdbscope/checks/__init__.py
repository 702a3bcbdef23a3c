"""The canned checks: SQL files with a header, run on one snapshot, rolled up into findings."""

"""Checks: one SQL file each. This package reads their headers, runs them on a snapshot and keeps what they found."""

"""What stays of the past: retention, roll-ups instead of key rows, room on the disk, growth over time."""

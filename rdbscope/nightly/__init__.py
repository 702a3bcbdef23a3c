"""The nightly job: the newest dump of every node loaded, checked, compared, reported, and the history thinned."""

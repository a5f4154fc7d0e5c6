"""Random tests files, settings and cache entries: no input ends in exit code 70."""

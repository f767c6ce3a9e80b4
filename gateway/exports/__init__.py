"""Exports of the log into files: as JSON lines or CSV, in the background, to be gone on with after a crash."""

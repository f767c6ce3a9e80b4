"""The terminal operations console and the `tollhouse` command line."""

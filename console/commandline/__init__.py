"""The commands of `tollhouse` that are more than a line."""

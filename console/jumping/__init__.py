"""`:`: what has a name, and which of it is meant."""

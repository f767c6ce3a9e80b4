"""One try at one target, and what becomes of it: the parts that `attempt.py` puts in order."""

"""The log: its list, one log, and what is done with them."""

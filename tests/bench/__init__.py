"""How fast the gateway and the console are: `make bench` prints a table. Nothing here asserts a time."""

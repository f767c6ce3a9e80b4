"""The product as its users run it: processes, signals, terminals, and clients that others have written."""

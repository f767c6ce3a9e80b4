"""The console against a gateway that is not there."""

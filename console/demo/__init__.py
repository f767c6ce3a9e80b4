"""A simulated vendor, traffic for it, and the throw-away installation that shows both."""

"""Where notifications go, and what they said."""

"""The log: its tables, how records lie in them, and how they are found again."""

"""The Logs screen without Textual: rows as they come, what narrows them, and one request as text."""

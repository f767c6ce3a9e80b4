"""The Overview without Textual: what it asks for, its numbers and plots, and its lists."""

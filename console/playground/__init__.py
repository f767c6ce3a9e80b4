"""The playground and Connect without Textual: conversations, their answers as they grow, and settings to copy."""

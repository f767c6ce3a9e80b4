"""What needs care, what happened, and whom to tell."""

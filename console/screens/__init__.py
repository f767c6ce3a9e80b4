"""What fills the terminal, a file each, its style sheet beside it."""

"""What every service of AWS asks for: an account, a signature, its event streams."""

"""The parts screens are made of, a file each."""

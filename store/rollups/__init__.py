"""What every minute, hour and day came to."""

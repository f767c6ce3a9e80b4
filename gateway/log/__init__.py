"""What a log record says, and what is done with records afterwards."""

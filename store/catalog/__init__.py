"""What requests are routed by: a table and its questions each."""

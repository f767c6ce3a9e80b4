"""What is kept: the database and its versions, secrets at rest, and the log from the spool to the page that is read."""

"""The way of a record: added, kept in a file, and brought into the database by a process of its own."""

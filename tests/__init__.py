"""The suite; folders mirror the packages."""

"""What has been counted against budgets and rates."""

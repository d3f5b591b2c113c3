"""Plan: where we are going, and what we fund."""

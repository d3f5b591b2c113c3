"""A service desk of any size, and how fast it answers: the load for measurements, and the bench."""

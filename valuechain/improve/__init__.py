"""Improve: what people say, what keeps going wrong, and what was measurably done about it."""

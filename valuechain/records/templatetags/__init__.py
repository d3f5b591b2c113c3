"""Template tags of record pages."""

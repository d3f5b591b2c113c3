"""Obtain & build: components that meet their specification, when and where they are needed."""

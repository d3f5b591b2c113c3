"""Brightwater Clinics: the sample company a newcomer finds on the first start."""

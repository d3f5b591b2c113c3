"""Tries the promise that no clock is missed and none fires twice, while everything is killed."""

"""Starts and watches the engines and processes of one Throughline on one machine."""

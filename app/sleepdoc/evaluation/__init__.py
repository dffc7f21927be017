"""Measuring what a person gets from real documents."""

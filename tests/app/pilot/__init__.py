"""Driving the application in tests: a runner without a model, scenes, and screens as text."""

"""Textual widgets: one widget, one file, one style sheet."""

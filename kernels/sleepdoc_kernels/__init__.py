"""Kernels for consolidation into fast weights."""

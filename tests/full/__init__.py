"""Tests that need more than Python and bash."""

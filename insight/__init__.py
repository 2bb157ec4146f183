"""Labelled scenarios through the real pipeline, and how much of what really happened the reports told."""

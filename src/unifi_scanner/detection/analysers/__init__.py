"""Analysers: one file for each thing that counting alone cannot see."""

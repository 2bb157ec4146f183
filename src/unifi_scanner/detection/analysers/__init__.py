"""Analysers: code that looks at entries beside the rules, one module for each thing it understands."""

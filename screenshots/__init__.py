"""Pictures of the report as people see it, taken by a real Chromium."""

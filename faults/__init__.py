"""The fault suite: the real service against the simulated controller, while everything around it goes wrong."""

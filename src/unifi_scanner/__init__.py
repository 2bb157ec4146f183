"""UniFi Scanner: what a UniFi network says about itself, told in plain English."""

__version__ = "0.1.0"

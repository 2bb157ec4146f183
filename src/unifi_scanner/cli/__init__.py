"""The command line."""


def main() -> int:
    """Run one verb and return its exit code."""
    return 1

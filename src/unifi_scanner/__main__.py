"""`python -m unifi_scanner` is the same as `unifi-scanner`."""

from unifi_scanner.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

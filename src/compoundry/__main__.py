"""Let `python -m compoundry` be the command line."""

from compoundry.cli import main

if __name__ == "__main__":
    main()

"""Be the command line with the odd jobs of the tests among the others."""

from pathlib import Path

from compoundry import jobs
from compoundry.cli import main

if __name__ == "__main__":
    jobs.__path__ = [*jobs.__path__, str(Path(__file__).parent / "odd_jobs")]
    main()

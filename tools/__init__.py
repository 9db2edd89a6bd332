"""Keep what builds and releases the project."""

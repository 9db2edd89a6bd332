"""Show the whole of Compoundry on a sample, or on a file of yours, in a minute."""

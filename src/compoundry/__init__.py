"""Make what agents learn compound."""

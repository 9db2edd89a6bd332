"""Draw what is known as HTML that needs no network and no script."""

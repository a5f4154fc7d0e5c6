"""All access to files: finding, reading, caching and rewriting them."""

"""Everything that touches files: finds them, reads them, keeps compiled policies, rewrites them."""

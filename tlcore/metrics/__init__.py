"""One metric a file; `tlcore.catalog` finds them. See docs/adding.md."""

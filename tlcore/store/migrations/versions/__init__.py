"""The steps. A step that has shipped is never edited; what comes next is a file of its own."""

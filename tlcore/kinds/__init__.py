"""What several strategies are built on: settings they share, and what they refuse. A method stays in its own file."""

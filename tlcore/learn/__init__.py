"""The torch side: data, networks, losses, and the one training loop. It knows no strategy and no scenario."""

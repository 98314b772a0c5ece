"""Public data on demand: downloaded once when a person first asks, checked, kept, and read as arrays or tables.

Listing what is on offer comes nowhere near this room. What is kept lies in `folder`, and what lies there is
never asked for again, so a file put there by hand does as well as the network (docs/public_data.md).
"""

from tlcore.remote.files import File, fetch, folder, mirrored
from tlcore.remote.parts import divided, labels_of, resized, some

__all__ = ["File", "divided", "fetch", "folder", "labels_of", "mirrored", "resized", "some"]

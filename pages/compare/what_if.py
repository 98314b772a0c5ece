"""What if I had more labels, other conditions, other settings? One part for each."""

from pages.parts import frame, what_if
from tlcore.words import _

TITLE, ICON, PLACE = "What if", ":material/alt_route:", 5

frame.page(_("What if"), _("What if something were different?"))
experiment = frame.pick()
what_if.choose().show(experiment)

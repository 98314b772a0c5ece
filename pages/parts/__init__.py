"""What pages share: the heading and the chosen experiment, cached reads, charts with their tables, empty states.

A page is one file in ``pages/<section>/``; the menu finds it there. It says about itself, as plain
constants, ``TITLE`` (shown in the menu), ``ICON`` and ``PLACE`` (its rank within the section)::

    from pages.parts import frame, reads, show
    from tlcore.words import _

    TITLE, ICON, PLACE = "Verdict", ":material/gavel:", 1

    frame.page(_("Verdict"), _("Does transfer help?"))
    experiment = frame.pick()  # shows the picker and the badges; an empty state, and no further, when there is none
    show.chart(chart(reads.summary(experiment)), table=..., what=_("..."))
"""

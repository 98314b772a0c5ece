"""A finished comparison as something to show, made from the store alone.

content    what a section is: a message, what proves it, how it was found
material   a comparison as it stood when it was read: one label budget, and every frame that is told of
sections   the story, one question a file, each found by its file
drawing    charts outside of the dashboard: as a picture, as SVG, as a specification in its own clothes
html       one file that works offline, interactive, and prints
slides     the same as slides for a browser, seven by default
pptx       the same as slides for PowerPoint: native tables, the method in the notes
bundle     every figure as CSV and JSON
written    a whole file or none
"""

from tlcore.report.content import AUDIENCES, EXECUTIVE, TECHNICAL, Exhibit, Section, Table
from tlcore.report.material import Material
from tlcore.report.sections import story

__all__ = ["AUDIENCES", "EXECUTIVE", "TECHNICAL", "Exhibit", "Material", "Section", "Table", "story"]

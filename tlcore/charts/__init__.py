"""Pictures and the sentences above them: a frame in, an Altair chart out, the same for pages and reports.

style         what all have in common: colours, dashes, limits, notes
convergence   how fast and how steadily each strategy learns
verdict       the gains with their intervals, and the ranking
gap           how far source and target lie apart
imbalance     counts, precision against recall, recall per class, confusion
answers       the sentence a page opens with
fared         how the advice before training fared, in words
relevance     whether the source says anything about the target, in words
"""

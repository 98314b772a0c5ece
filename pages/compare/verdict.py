"""Does transfer help? One sentence and one number, the gains with their intervals, the ranking."""

import streamlit as st

from pages.parts import (
    advice_fared,
    compare,
    compare_errors,
    compare_pareto,
    compare_segments,
    compare_verdict,
    diagnosed,
    frame,
    reads,
    show,
)  # fmt: skip
from tlcore.charts import answers, names
from tlcore.charts.verdict import forest, forest_explained, leaderboard
from tlcore.words import _

TITLE, ICON, PLACE = "Verdict", ":material/gavel:", 1

frame.page(_("Verdict"), _("Does transfer help?"))
experiment = frame.pick()
done = compare.finished(experiment)
labels = compare.budget(done, experiment.experiment.scenario)
everything = reads.summary(experiment, compare_verdict.margin(experiment))
summary, runs = compare.of_budget(everything, labels), compare.of_budget(done, labels)

said = answers.verdict(summary)
compare.answer(said)
if said.verdict == answers.OPEN and summary["baseline"].notna().any():  # seeds do not make up for a missing rival
    compare.add_seeds(experiment, said.more_seeds)
compare_verdict.figures(said, summary)
advice_fared.line(experiment, runs, summary, labels)
st.caption(names.judged_by(experiment.experiment.metric, experiment.facts))

board = leaderboard(summary)
key = f"leaderboard {experiment.id} {labels}"  # rows selected in another board mean other strategies
st.subheader(_("Gain of each strategy"), anchor=False)
show.chart(
    forest(summary[summary["strategy"].isin(compare_verdict.chosen(board, key))]),
    what=forest_explained(),
    key="forest",
)

st.subheader(_("Leaderboard"), anchor=False)
compare_verdict.leaderboard(board, runs, experiment.experiment.metric, key)
compare_verdict.choice(runs)
compare_pareto.costs(experiment, board, runs)
diagnosed.panel(experiment, labels, runs, summary)

compare_segments.gains(experiment, runs, summary, compare_verdict.first(said, summary))
if experiment.facts["kind"] == "regression":  # classes have a page of their own for it
    compare_errors.of_two(experiment, runs, summary)

compare_verdict.margin_input(experiment, experiment.experiment.metric)
compare.settings(experiment, runs, compare_verdict.selected(board, key))

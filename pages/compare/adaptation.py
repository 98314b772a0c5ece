"""Did the gap close, and did closing it pay? Before and after by strategy, the gain beside it, both in one picture."""

import streamlit as st

from pages.parts import compare, compare_adaptation, frame, reads
from tlcore import catalog
from tlcore.charts import adaptation as charts
from tlcore.measure import adaptation as measure
from tlcore.words import _

TITLE, ICON, PLACE = "Adaptation", ":material/join_inner:", 3

frame.page(_("Adaptation"), _("Did the gap close, and did closing it pay?"))
experiment = frame.pick()
done = compare.finished(experiment)
labels = compare.budget(done, experiment.experiment.scenario)
done = compare.of_budget(done, labels)
features = compare_adaptation.of_transfer(compare.of_budget(reads.features(experiment), labels))
if features.empty:
    compare_adaptation.nothing(experiment, done)
    st.stop()

summary = compare.of_budget(reads.summary(experiment), labels)
table = measure.table(features)
said = charts.answer(table, summary)
compare.answer(said)

metric = experiment.experiment.metric
chosen = charts.HEADLINE
if table["measure"].eq(charts.HEADLINE).any():
    st.subheader(_("How far apart the domains lie"), anchor=False)
    chosen = compare_adaptation.before_and_after(table)
    st.subheader(_("Was it worth it?"), anchor=False)
    baselines = summary["baseline"].dropna()
    rival = str(baselines.iloc[0]) if len(baselines) else ""
    compare_adaptation.worth(measure.beside_gains(features, done, rival, catalog.metric(metric).sign), metric, chosen)
compare_adaptation.classes(table)
st.subheader(_("Both domains in one picture"), anchor=False)
closest = table[table["measure"] == chosen].sort_values("after")["strategy"]
compare_adaptation.pictures(
    experiment, done[done["strategy"].isin(table["strategy"])], said.strategy or next(iter(closest), "")
)
compare.settings(experiment, done)

"""Which model is worth taking away, and how: a folder that answers by itself, tried out right here."""

import streamlit as st

from pages.parts import compare, compare_verdict, forms, frame, model_choice, model_try, reads, show, taken
from tlcore.charts import style
from tlcore.errors import Unusable
from tlcore.words import _

TITLE, ICON, PLACE = "Model", ":material/deployed_code:", 20

frame.page(_("Model"), _("How do I take it away?"))
experiment = frame.pick()
done = compare.finished(experiment)
labels = compare.budget(done, experiment.experiment.scenario)
everything = reads.summary(experiment, compare_verdict.margin(experiment))
runs, summary = compare.of_budget(done, labels), compare.of_budget(everything, labels)

proposed = model_choice.proposed(summary)
compare.answer(model_choice.answer(summary, proposed))
words = {name: style.title(name) for name in summary.loc[summary["n"] > 0, "strategy"]}
with st.container(horizontal=True):
    strategy = forms.choice(st.selectbox, _("Take away"), words, "take", proposed, width=320)
    others = {"": _("nothing")} | {name: title for name, title in words.items() if name != strategy}
    other = forms.choice(st.selectbox, _("Side by side with"), others, "beside", "", width=320)
chosen = {name: model_choice.run_of(runs, name) for name in (strategy, other) if name}
run = chosen[strategy]
st.caption(model_choice.which(run, runs))
for name in filter(lambda name: model_choice.harmful(summary, name), chosen):
    harm = _("{strategy} surely hurts here: do not use it.", strategy=style.title(name))
    st.warning(harm, icon=":material/dangerous:")

ready = {name: row["run"] for name, row in chosen.items() if taken.ready(experiment, row["run"])}
missing = [row["run"] for name, row in chosen.items() if name not in ready]
if any(taken.making(row["run"]) for row in chosen.values()):
    taken.watched([row["run"] for row in chosen.values()], model_choice.seconds(chosen.values()))
elif missing:
    model_choice.offer(experiment, chosen, missing)
for one in missing:
    show.problems(Unusable(*taken.problems(one)))
if strategy in ready:
    model_choice.folder(run["run"])
    st.subheader(_("Try it"), anchor=False)
    model_try.panel(experiment, ready)

"""Which model is worth taking away, and how: a folder that answers by itself, tried out right here."""

import streamlit as st

from pages.parts import compare, forms, frame, model_choice, model_try, reads, show, taken
from tlcore.charts import style
from tlcore.words import _

TITLE, ICON, PLACE = "Model", ":material/deployed_code:", 20

frame.page(_("Model"), _("How do I take it away?"))
experiment = frame.pick()
done = compare.finished(experiment)
labels = compare.budget(done, experiment.experiment.scenario)
runs, summary = compare.of_budget(done, labels), compare.of_budget(reads.summary(experiment), labels)

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

missing = [row["run"] for row in chosen.values() if taken.record(row["run"]) is None]
if any(taken.making(row["run"]) for row in chosen.values()):
    taken.watched([row["run"] for row in chosen.values()], model_choice.seconds(chosen.values()))
elif missing:
    model_choice.offer(experiment, chosen, missing)
for row in chosen.values():
    if reason := taken.failed(row["run"]):
        st.error(show.plain(reason), icon=":material/error:")
if taken.record(run["run"]) is not None:
    model_choice.folder(run["run"])
ready = {name: row["run"] for name, row in chosen.items() if taken.record(row["run"]) is not None}
if strategy in ready:
    st.subheader(_("Try it"), anchor=False)
    model_try.panel(experiment, ready)

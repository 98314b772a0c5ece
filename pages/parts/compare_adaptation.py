"""The parts of the Adaptation page: what is measured, the pictures, and the tables."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts import again, forms, reads, show
from tlcore import catalog
from tlcore.charts import adaptation as charts
from tlcore.charts import answers, gap, style
from tlcore.measure import adaptation as measure
from tlcore.measure.projection import neighbour_map
from tlcore.store import StoredExperiment
from tlcore.words import _

PERPLEXITY = 30


def measures() -> dict[str, str]:
    """What may be shown of the gap, and how each is called."""
    return {name: gap.named(name)[0] for name in (charts.HEADLINE, "mmd", *measure.GAPS)}


def separations() -> dict[str, str]:
    return {
        "silhouette": _("Silhouette"),
        "scatter_ratio": _("Scatter between over within classes"),
        "class_distance": _("Distance of the class means (CID)"),
    }


def of_transfer(features: pd.DataFrame) -> pd.DataFrame:
    """The rows of strategies that carry something over: what never saw the source has no gap to close."""
    return features[~features["strategy"].map(lambda name: catalog.is_baseline(name) or catalog.is_ceiling(name))]


def nothing(experiment: StoredExperiment, done: pd.DataFrame) -> None:
    """Why there is nothing to see: no network took part, or runs are of a version that did not look."""
    st.markdown("##### " + _("There is nothing to compare: no run kept what its network makes of source and target."))
    known = catalog.strategies()
    if any(name in known and known[name].epochs and not catalog.is_baseline(name) for name in done["strategy"]):
        st.markdown(_("These runs were made before TransferLab looked at that. Run the experiment again to see it."))
        again.link(experiment.experiment)
        return
    st.markdown(
        _("Models such as boosting or logistic regression have no features of their own. Choose a strategy with a "
          "network, such as *{strategy}*.",
          strategy=show.strategy_name("fine_tune"))
    )  # fmt: skip


def before_and_after(table: pd.DataFrame) -> str:
    """The gap by strategy; returns the measure in view."""
    names = measures()
    chosen = forms.choice(st.segmented_control, _("Measure"), names, "gap_measure", charts.HEADLINE, required=True)
    show.chart(
        charts.dumbbells(table, chosen, names[chosen]), told(table, names), key="dumbbells",
        what=charts.dumbbells_explained(gap.named(chosen)[1]),
    )  # fmt: skip
    if (table["start"] == "blank").any():
        st.caption(_("No run learnt the source alone, so *before* is the network as it began, with nothing learnt."))
    return chosen


def classes(table: pd.DataFrame) -> None:
    """Whether the classes come apart; nothing where the answer is a number."""
    names = separations()
    if not table["measure"].isin(list(names)).any():
        return
    st.subheader(_("Do the classes come apart?"), anchor=False)
    chosen = forms.choice(st.segmented_control, _("Measure"), names, "separation", "silhouette", required=True)
    show.chart(
        charts.dumbbells(table, chosen, names[chosen], lowest_first=False), told(table, names), key="separations",
        what=_("How clearly the target's classes lie apart in the features, on held-out examples: further right is "
               "clearer. Closing the gap while the classes run together helps nobody. The distance of the class means "
               "grows with the size of the features' numbers, so read the other two beside it."),
    )  # fmt: skip


def worth(frame: pd.DataFrame, metric: str, chosen: str) -> None:
    """The gain of every run against what became of the gap."""
    some = frame[frame["measure"] == chosen]
    if some.empty:
        st.caption(_("There is no model without transfer to hold the gains against."))
        return
    show.chart(
        charts.worth(some, metric, measures()[chosen]), _plain(some, metric), key="worth",
        what=charts.worth_explained(),
    )  # fmt: skip


def pictures(experiment: StoredExperiment, runs: pd.DataFrame, first: str) -> None:
    """Both domains in the features of one strategy, before and after; ``first`` is shown unless another is asked."""
    kept = reads.pictured(experiment, runs)
    if kept.empty:
        st.caption(_("No picture was kept of these runs."))
        return
    offers = {name: show.strategy_name(name) for name in kept["strategy"]}
    start = first if first in offers else next(iter(offers))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = forms.choice(st.selectbox, _("Strategy"), offers, "pictured", start)
        ways = {"pca": _("Principal components"), "tsne": _("t-SNE")}
        way = forms.choice(st.segmented_control, _("Projection"), ways, "projection", "pca", required=True)
    run = kept.loc[kept["strategy"] == chosen].iloc[0]
    picture = reads.picture(experiment, run["run"])
    x, y = "x0", "x1"
    if way == "tsne":
        picture, (x, y) = _mapped(run["run"], reads.stamp(experiment), picture), ("t0", "t1")
    show.chart(
        charts.scatters(picture, x, y), picture[["moment", "domain", "example", "label", x, y]], key="scatters",
        what=_("Every dot is a held-out example, placed by what the network makes of it: left when it had learnt the "
               "source, right at the end, in one projection. Drag over some dots on one side to find the same "
               "examples on the other. Where the colours mix, the network sees both domains alike; where the shapes "
               "lie apart, it tells the classes apart. Distances in a picture are no evidence: the measures are."),
    )  # fmt: skip
    st.caption(_agreement(picture, way, x, y, int(run["seed"])))


def told(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Every measure of every strategy, as a table to read or to take away."""
    some = table[table["measure"].isin(list(names))]
    return pd.DataFrame(
        {
            _("Strategy"): some["strategy"].map(show.strategy_name),
            _("Measure"): some["measure"].map(names),
            _("Before"): some["before"],
            _("After"): some["after"],
            _("Change"): some["change"],
            _("95 % from"): some["change_low"],
            _("95 % to"): some["change_high"],
            _("By chance"): some["floor"],
            _("Seeds"): some["seeds"],
        }
    )


def _agreement(picture: pd.DataFrame, way: str, x: str, y: str, seed: int) -> str:
    """What the picture keeps of the classes, beside what the features have."""
    words = _("Seed {seed}.", seed=seed)
    if way == "tsne":
        words += " " + _("t-SNE with perplexity {perplexity} and seed 0.", perplexity=PERPLEXITY)
    target = picture[(picture["domain"] == "target") & (picture["moment"] == "after")].dropna(subset=["label"])
    places = [name for name in picture if name[0] == "x" and name[1:].isdigit()]
    features, shown = (measure.neighbours_agree(target[c].to_numpy(float), target["label"]) for c in (places, [x, y]))
    if pd.isna(shown):
        return words
    return words + " " + _(
        "Of the target's examples, {shown:.0%} lie among neighbours of their own class in the picture at the end, "
        "{features:.0%} in the {n} directions it is drawn from.",
        shown=shown, features=features, n=len(places),
    )  # fmt: skip


def _plain(some: pd.DataFrame, metric: str) -> pd.DataFrame:
    factor = answers.factor(metric)
    unit = _("points") if factor == 100 else _("label's unit")
    return pd.DataFrame(
        {
            _("Strategy"): some["strategy"].map(style.title),
            _("Seed"): some["seed"],
            _("Before"): some["before"],
            _("After"): some["after"],
            _("Gain ({unit})", unit=unit): some["gain"] * factor,
        }
    )


@st.cache_data(show_spinner=False, max_entries=16)
def _mapped(run: str, stamp: tuple, _picture: pd.DataFrame) -> pd.DataFrame:
    return neighbour_map(_picture, PERPLEXITY)

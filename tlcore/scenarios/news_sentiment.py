"""Is this good news for investors? A local paper's items teach a finance desk, from a grammar (simulated).

Whether an item is good or bad news depends on what moves and which way, on comparisons and denials, so the
order of words matters. Some things please one readership and hurt the other: how many, a knob decides.
Rules: tlcore/wording/news.py; model: docs/scenarios/news_sentiment.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import tlcore as tl
from tlcore import simulate_texts
from tlcore.grammar import Grammar, Rules, between
from tlcore.simulate_texts import Writers
from tlcore.situation import Situation
from tlcore.wording.news import CONTESTED_ACTS, CONTESTED_THINGS, FINANCE, LOCAL, MOVES, RULES

POOL, TEST = 1_500, 1_500
CLASSES = ("neutral", "positive", "negative")  # from the commonest to the rarest


@dataclass(frozen=True)
class NewsSentiment(tl.Scenario):
    title = "Good or bad news for investors"
    situation = "Expensive labels"
    modality = "text"
    story = (
        "A local paper has marked thousands of items on firms as good, bad or neutral news for its readers. "
        "A finance desk wants the same for investors, but an analyst has to read every item, and only a few dozen "
        "are marked so far. The language is another, and so is the view: falling costs please, record debts alarm, "
        "and what staff and customers welcome, owners may regret. How much does the paper's marking help? "
        "All items are simulated: a grammar of our own writes them."
    )
    simulated = True
    budget = 60

    covariate_shift: float = tl.knob(0.7, "How far the finance desk's wording differs: topics, verbs, style", 0.0, 1.0)
    concept_shift: float = tl.knob(
        0.35, "Share of what is contested, such as wages and prices, that investors see the other way", 0.0, 1.0
    )
    typos: float = tl.knob(0.01, "Share of longer words with a typing error", 0.0, 0.5)
    imbalance: float = tl.knob(0.3, "How much rarer bad news is than neutral: 0 makes all classes alike", 0.0, 1.5)
    label_noise: float = tl.knob(0.0, "Share of items marked wrongly outside the test set", 0.0, 0.5)
    source_size: int = tl.knob(3_000, "Marked items of the local paper", 500, 20_000)
    world: int = tl.knob(0, "Number of the simulated world: another number, other items", 0, 9_999)

    def differs(self) -> frozenset[str]:
        at_work = {"inputs": self.covariate_shift > 0, "rule": round(self.concept_shift * len(CONTESTED_THINGS)) > 0}
        return frozenset(name for name, there in at_work.items() if there)

    def draw(self) -> Situation:
        return simulate_texts.situation(
            *self.writers(),
            label="sentiment",
            sizes={"source": self.source_size, "target": POOL, "test": TEST},
            typos=self.typos,
            label_noise=self.label_noise,
            seed=self.world,
        )

    def writers(self) -> tuple[Writers, Writers]:
        """The local paper and the finance desk."""
        shares = simulate_texts.long_tail(CLASSES, self.imbalance)
        wording = between(LOCAL, FINANCE, self.covariate_shift)
        return Writers(grammar(LOCAL, 0.0), shares), Writers(grammar(wording, self.concept_shift), shares)


def welcomed(contested: Mapping[str, bool], concept_shift: float) -> dict[str, bool]:
    """What the target is glad of: the first of what is contested as investors see it, the rest as the paper does."""
    changed = round(concept_shift * len(contested))
    return {what: gladly != (place < changed) for place, (what, gladly) in enumerate(contested.items())}


def grammar(wording: Rules, concept_shift: float) -> Grammar:
    """A rule for each class, in these words and in this view of what is contested."""
    things, acts = welcomed(CONTESTED_THINGS, concept_shift), welcomed(CONTESTED_ACTS, concept_shift)
    rules = {**RULES, **wording}
    for name, glad in {"good": True, "bad": False}.items():
        rules[name] = f"{{{name} things}} | ({'|'.join(what for what, gladly in things.items() if gladly == glad)}) *2"
        rules[f"{name} act"] = "|".join(what for what, gladly in acts.items() if gladly == glad)
        rules |= {f"{way} {name}": text.replace("{what}", f"{{{name}}}") for way, text in MOVES.items()}
    return Grammar(rules)


SCENARIO = NewsSentiment

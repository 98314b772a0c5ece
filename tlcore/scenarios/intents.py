"""What does this customer want? Messages to a broadband provider teach a mobile operator, from a grammar (simulated).

Every intent is a rule of its own, put in many ways and in words that other intents use too; some messages
speak of a second matter that is not what they ask for. Which intents the two businesses share and how far
their customers' wording differs are knobs. Rules: tlcore/wording/intents.py; model: docs/scenarios/intents.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import tlcore as tl
from tlcore import simulate_texts
from tlcore.grammar import Grammar, Rules, between
from tlcore.simulate_texts import Writers
from tlcore.situation import Situation
from tlcore.wording.intents import ASKS, COMMON, FRAMES, HOME, MOBILE, OF_HOME, SHARED, TOPICS

POOL, TEST = 1_500, 1_500
TWO_MATTERS = 0.3  # share of messages that mention another intent in passing


@dataclass(frozen=True)
class Intents(tl.Scenario):
    title = "What customers ask for"
    situation = "Expensive labels"
    modality = "text"
    story = (
        "A broadband provider has sorted thousands of customers' messages by what each one asks for. "
        "Its new mobile branch receives messages too, but has sorted about a hundred only: reading and sorting takes "
        "somebody's time. Some requests are the same in both places, some exist in one of them alone, and the mobile "
        "customers write shorter and about other products. How much of the sorting must be done again? "
        "All messages are simulated: a grammar of our own writes them."
    )
    simulated = True
    budget = 112

    overlap: float = tl.knob(0.6, "Share of the mobile branch's requests that the provider's messages know", 0.0, 1.0)
    covariate_shift: float = tl.knob(
        0.7, "How far the mobile customers' wording differs: products, politeness, slang, length", 0.0, 1.0
    )
    typos: float = tl.knob(0.03, "Share of longer words with a typing error", 0.0, 0.5)
    imbalance: float = tl.knob(0.4, "How rare the rare requests are: 0 makes all alike, 1 a long tail", 0.0, 1.5)
    label_noise: float = tl.knob(0.0, "Share of messages sorted wrongly outside the test set", 0.0, 0.5)
    source_size: int = tl.knob(3_000, "Sorted messages of the broadband provider", 500, 20_000)
    world: int = tl.knob(0, "Number of the simulated world: another number, other messages", 0, 9_999)

    def differs(self) -> frozenset[str]:
        home, mobile = self.classes()
        at_work = {"inputs": self.covariate_shift > 0, "classes": set(home) != set(mobile)}
        return frozenset(name for name, there in at_work.items() if there)

    def classes(self) -> tuple[list[str], list[str]]:
        """The requests that the provider's messages know, and those of the mobile branch."""
        known = round(self.overlap * len(SHARED))
        return [*SHARED[:known], *OF_HOME[: len(SHARED) - known]], list(SHARED)

    def draw(self) -> Situation:
        return simulate_texts.situation(
            *self.writers(),
            label="request",
            sizes={"source": self.source_size, "target": POOL, "test": TEST},
            typos=self.typos,
            label_noise=self.label_noise,
            seed=self.world,
        )

    def writers(self) -> tuple[Writers, Writers]:
        """The customers of the provider and of the mobile branch; which requests are common, the world decides."""
        ranked = np.random.default_rng([self.world, 0]).permutation([*SHARED, *OF_HOME])

        def customers(intents: Sequence[str], wording: Rules) -> Writers:
            present = [str(name) for name in ranked if name in intents]
            return Writers(grammar(intents, wording), simulate_texts.long_tail(present, self.imbalance))

        home, mobile = self.classes()
        return customers(home, HOME), customers(mobile, between(HOME, MOBILE, self.covariate_shift))


def grammar(intents: Sequence[str], wording: Rules) -> Grammar:
    """A rule for each of these intents; what a message mentions besides is another one of them."""
    rules = {**COMMON, **wording}
    for name in intents:
        rules[f"ask: {name}"], rules[f"topic: {name}"] = ASKS[name], TOPICS[name]
        rules[f"other than {name}"] = "|".join(f"{{topic: {other}}}" for other in intents if other != name)
        plain, both = (
            text.replace("{ask}", f"{{ask: {name}}}").replace("{other}", f"{{other than {name}}}")
            for text in FRAMES.values()
        )
        rules[name] = f"({plain}) *{1 - TWO_MATTERS:f} | ({both}) *{TWO_MATTERS:f}"
    return Grammar(rules)


SCENARIO = Intents

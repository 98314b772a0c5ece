"""Chinese reviews of one trade, then of another: hotels, food delivery, ten kinds of goods (ChineseNlpCorpus, 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore.remote import File, fetch, labels_of, some
from tlcore.words import _

_ADDRESS = (
    "https://raw.githubusercontent.com/SophonPlus/ChineseNlpCorpus/a0b781d72158bde242c0626c9e354d2b328865ff/datasets/"
)
FILES = {
    name: File(f"chinese_sentiment/{path.split('/')[1]}", _ADDRESS + path, f"sha256:{digest}", megabytes)
    for name, path, digest, megabytes in (
        (
            "hotels",
            "ChnSentiCorp_htl_all/ChnSentiCorp_htl_all.csv",
            "1d414b9c65caf3a836abdb4efded621968502ad3338e1a9d885ae131c86083f0",
            4,
        ),
        (
            "food delivery",
            "waimai_10k/waimai_10k.csv",
            "b8b5c11c00b51578d35937fca56e03a126b45381f1ea4b22893237cb377a26fe",
            2,
        ),
        (
            "goods",
            "online_shopping_10_cats/online_shopping_10_cats.zip",
            "6816ded66fde9d0927ecbd370b5e12d0174d1abac35192ec014ac2a0a8d25858",
            5,
        ),
    )
}
GOODS = {"books": "书籍", "tablets": "平板", "phones": "手机", "fruit": "水果", "shampoo": "洗发水", "clothes": "衣服"}
TRADES = ("hotels", "food delivery", *GOODS)


@dataclass(frozen=True)
class ChineseSentiment(tl.Scenario):
    title = "Chinese reviews of another trade"
    situation = "Changed surroundings"
    modality = "text"
    story = (
        "A platform knows from thousands of hotel reviews in Chinese which guests were content. Now it delivers food, "
        "and a few dozen reviews have been read. Praise and complaint are said with other words about other things: "
        "does the old trade help with the new one? Real data: the hotel reviews ChnSentiCorp (Tan Songbo), reviews of "
        "food delivery and of online shops, collected in ChineseNlpCorpus; no licence is stated, so use them for "
        "research only. Between 1 and 7 MB are downloaded once."
    )
    simulated = False
    embedded = False
    budget = 50

    source: str = tl.knob("hotels", "What the source's reviews are about", choices=TRADES)
    target: str = tl.knob("food delivery", "What the target's reviews are about", choices=TRADES)
    source_size: int = tl.knob(5000, "Source examples, drawn at random", 500, 12000)

    def differs(self) -> frozenset[str]:
        return frozenset({"inputs", "rates"})

    def draw(self) -> tl.Situation:
        """Raises `Unusable` where a file cannot be downloaded, or source and target are one trade."""
        if self.source == self.target:
            raise tl.Unusable(_("Source and target are both about {trade}; choose two.", trade=self.target))
        source, target = some(_reviews(self.source), self.source_size), some(_reviews(self.target), 4000)
        return tl.Situation(source, target, label="mood", modality="text", positive="negative")


def _reviews(trade: str) -> tl.Examples:
    """All reviews of a trade that say something."""
    table = pd.read_csv(fetch(FILES.get(trade, FILES["goods"])))
    if trade in GOODS:
        table = table[table["cat"] == GOODS[trade]]
    table = table[table["review"].notna()]
    return tl.Examples(
        table["review"].to_numpy(dtype=object), labels_of(np.where(table["label"] == 1, "positive", "negative"))
    )


SCENARIO = ChineseSentiment

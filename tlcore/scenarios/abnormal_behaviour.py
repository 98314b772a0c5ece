"""Which sessions of a newly connected system are abnormal? A structural model of two business portals, simulated.

Abnormal sessions come in patterns: a password guessed, an account taken over, data carried off, a
robot and, in the new system alone, a stolen access key. Equations: docs/scenarios/abnormal_behaviour.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import tlcore as tl
from tlcore import simulate

POOL, TEST = 10_000, 12_000

# How people work: in the portal watched for years, and in the system connected last month.
PORTAL = {
    "office": 1.6,  # log-odds that a session falls into office hours
    "duration": 2.6,  # logarithm of the minutes
    "pace": 0.3,  # logarithm of the requests a minute
    "records": 1.6,  # logarithm of the records opened
    "sent": 1.2,  # logarithm of the megabytes sent out
    "exports": 0.15,
    "abroad": -3.6,  # log-odds of a session from another country
    "device": 5.5,  # logarithm of the days the device has been known
    "role": {"clerk": 1.2, "sales": 0.6, "finance": 0.3, "administrator": -0.9, "supplier": -0.4},
    "login": {"password": 0.9, "single sign-on": 1.2, "access key": -1.8},
    "device_kind": {"managed": 1.6, "own computer": 0.0, "phone": -0.6, "server": -2.2},
}
CONNECTED = {
    "office": 0.6,
    "duration": 2.0,
    "pace": 1.1,
    "records": 2.4,
    "sent": 2.0,
    "exports": 0.5,
    "abroad": -2.2,
    "device": 4.5,
    "role": {"clerk": 0.2, "sales": 0.4, "finance": 0.2, "administrator": 0.2, "supplier": 1.2},
    "login": {"password": 0.6, "single sign-on": 0.2, "access key": 1.0},
    "device_kind": {"managed": 0.2, "own computer": 0.7, "phone": 0.3, "server": 0.6},
}
ABSENT = -8.0  # weight, in log-odds, of a pattern that hardly ever occurs; 0 is the weight of a common one
STEEPNESS = 2.5  # log-odds per unit of a sign's weight
MAY_MISS = ("distance_km", "device_known_days", "device_kind", "sent_mb")


@dataclass(frozen=True)
class AbnormalBehaviour(simulate.Simulated):
    title = "Abnormal sessions in a newly connected system"
    situation = "Rare events"
    modality = "table"
    story = (
        "A company has watched its business portal for years and knows which sessions were abnormal: accounts "
        "taken over, passwords guessed, data carried off. A second system, used by suppliers and at other hours, "
        "was connected last month. Among a thousand sessions looked into there, about fifteen were abnormal. "
        "Most tricks are the same, one exists only there: how many more does the portal's history find, "
        "and how many false alarms does it raise? "
        "All sessions are simulated, so the true risk of each is known."
    )
    label = "abnormal"
    may_miss = MAY_MISS
    budget = 1_000
    # Assumed: an analyst's look costs forty, an incident nobody sees two thousand.
    worth = (-40.0, -40.0, 0.0, -2_000.0)

    covariate_shift: float = tl.knob(0.3, "How differently people work in the connected system", 0.0, 1.0)
    concept_shift: float = tl.knob(0.35, "How far the connected system's own trick replaces the known ones", 0.0, 1.0)
    event_rate: float = tl.knob(0.015, "Share of abnormal sessions in the connected system", 0.003, 0.2)
    source_rate: float = tl.knob(0.015, "Share of abnormal sessions in the portal", 0.003, 0.2)
    label_noise: float = tl.knob(
        0.0, "Share of abnormal sessions taken for normal, and as many the other way", 0.0, 0.5
    )
    missing: float = tl.knob(0.05, "Share of blank cells in the columns that some devices do not send", 0.0, 0.8)
    source_size: int = tl.knob(15_000, "Sessions known from the portal", 1_000, 100_000)
    world: int = tl.knob(0, "Number of the simulated world: another number, other sessions", 0, 9_999)

    def markets(self) -> dict[str, simulate.Market]:
        """Sessions, the risk of each, and whether it was abnormal: before anything is blank or taken for another."""
        portal, connected = np.random.default_rng([self.world, 1]), np.random.default_rng([self.world, 2])
        known = sessions(portal, self.source_size, 0.0)
        fresh = sessions(connected, POOL + TEST, self.covariate_shift)
        source = simulate.market(known, score(known, 0.0), self.source_rate, portal)
        target = simulate.market(fresh, score(fresh, self.concept_shift), self.event_rate, connected)
        return {"source": source, "target": target.part(slice(POOL)), "test": target.part(slice(POOL, None))}


def sessions(rng: np.random.Generator, n: int, shift: float) -> pd.DataFrame:
    """n sessions, as in the portal (0), as in the connected system (1), or in between."""
    place = simulate.between(PORTAL, CONNECTED, shift)
    role = simulate.choose(rng, place["role"], n)
    login = place["login"]
    way_in = simulate.choose(
        rng,
        login
        | {
            "single sign-on": login["single sign-on"] - 2.0 * (role == "supplier"),
            "access key": login["access key"] + 0.8 * np.isin(role, ["administrator", "supplier"]),
        },
        n,
    )
    kind = place["device_kind"]
    by_key = way_in == "access key"
    device_kind = simulate.choose(
        rng, kind | {"server": kind["server"] + 2.0 * by_key, "phone": kind["phone"] - 2.0 * by_key}, n
    )
    office = rng.random(n) < simulate.sigmoid(place["office"] - 1.0 * (device_kind == "server"))
    hour = np.where(office, rng.normal(13, 2.5, n), rng.uniform(0, 24, n))
    abroad = rng.random(n) < simulate.sigmoid(place["abroad"] + 0.6 * (role == "sales"))
    size = rng.normal(size=n)
    minutes = np.exp(place["duration"] + 0.8 * rng.normal(size=n))
    pace = np.exp(place["pace"] + 0.8 * (device_kind == "server") + 0.6 * rng.normal(size=n))
    records = np.exp(place["records"] + 0.4 * np.log(minutes / 10) + 0.7 * size + 0.4 * (role == "finance"))
    sent = np.exp(place["sent"] + 0.7 * size + 0.6 * (role == "administrator") + 0.8 * rng.normal(size=n))
    return pd.DataFrame(
        {
            "role": role,
            "login": way_in,
            "device_kind": device_kind,
            "device_known_days": np.floor(rng.exponential(1.0, n) ** 1.3 * np.exp(place["device"])),
            "hour": np.floor(hour % 24),
            "weekend": np.where(rng.random(n) < np.where(office, 0.05, 0.3), "yes", "no"),
            "abroad": np.where(abroad, "yes", "no"),
            "distance_km": np.exp(2.2 + 3.2 * abroad + 1.2 * rng.normal(size=n)).round(1),
            "failed_logins": rng.poisson(np.where(rng.random(n) < 0.08, 1.8, 0.08)).astype(float),
            "minutes": np.maximum(minutes, 0.1).round(1),
            "requests_per_minute": pace.round(2),
            "records_opened": np.floor(records),
            "exports": rng.poisson(place["exports"] * np.exp(0.5 * size)).astype(float),
            "sent_mb": sent.round(2),
            "new_areas": rng.poisson(np.where(rng.random(n) < 0.1, 1.5, 0.15)).astype(float),
        }
    )


def score(rows: pd.DataFrame, concept_shift: float) -> np.ndarray:
    """Log-odds of being abnormal without the intercept: the log of the summed odds of all patterns."""
    known, own = ABSENT * concept_shift, ABSENT * (1 - concept_shift)
    return np.logaddexp.reduce(
        [score + (own if name == "stolen key" else known) for name, score in patterns(rows).items()]
    )


def patterns(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """How well each session fits each kind of abuse, in log-odds: the more of its signs are there, the better."""
    person = rows["login"] != "access key"
    night = 1 - simulate.above(np.abs((rows["hour"] + 9) % 24 - 12), 4.5, 1.0)  # hours away from three o'clock
    new_device = 1 - simulate.above(np.log1p(rows["device_known_days"]), 2.7, 0.5)
    far = simulate.above(np.log1p(rows["distance_km"]), 5.0, 0.6)
    brief, fast = (
        1 - simulate.above(np.log(rows["minutes"]), 1.6, 0.3),
        simulate.above(np.log(rows["requests_per_minute"]), 1.8, 0.2),
    )
    steady = simulate.above(np.log(rows["minutes"]), 3.2, 0.3)
    many, much = (
        simulate.above(np.log1p(rows["records_opened"]), 3.2, 0.4),
        simulate.above(np.log(rows["sent_mb"]), 2.8, 0.4),
    )
    little = 1 - simulate.above(np.log(rows["sent_mb"]), 1.2, 0.3)
    prying = simulate.above(rows["new_areas"], 1.5, 0.3)
    own = rows["device_kind"].isin(["own computer", "phone"])
    signs: dict[str, list[tuple[float, Any]]] = {
        "guessed password": [
            (4, (rows["failed_logins"] >= 2) & (rows["login"] == "password")),
            (2.5, brief),
            (2.5, far),
        ],
        "taken-over account": [(3, new_device), (2.5, far), (2.5, prying), (1.5, night)],
        "data carried off": [(2, many), (2.5, much), (2, rows["exports"] >= 1), (1.5, night)],
        "robot": [(3.5, fast * person), (2.5, rows["device_kind"] == "server"), (1.5, many), (1.5, steady)],
        "stolen key": [(2.5, rows["login"] == "access key"), (2.5, steady), (2, little), (1.5, own)],
    }
    return {
        name: STEEPNESS * np.sum([weight * np.asarray(sign, dtype=float) for weight, sign in met], axis=0)
        for name, met in signs.items()
    }


SCENARIO = AbnormalBehaviour

"""Pictures that are nearly the same: resized, cut, lightened or compressed once more.

Found by the difference hash (Krawetz, "Kind of like that", 2013): 64 bits, each says whether a small grey picture grows
lighter from one point to the next. Pictures a few bits apart are compared point by point before they are called near.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tlcore.files.finding import Findings
from tlcore.files.parts import parts, place
from tlcore.situation import Examples, Situation
from tlcore.words import _, counted

ON = frozenset({"image"})
BITS = 5  # that two hashes may differ in
ALIKE = 0.98  # correlation without what all pictures share; of 3,000 handwritten digits two pairs come so near
MANY = 20  # pictures, from which on there is something they all share
NAMED = 6  # pictures of a group
SMALLEST = 24  # height and width in pixels below which drawings of different things look alike
MOST = 8_000  # pictures
SIDE, BLOCK = 32, 512


def check(data: Situation, found: Findings) -> None:
    examples = dict(reversed(parts(data).items()))  # of very many, those that judge are looked at first
    if min(np.asarray(part.inputs).shape[1] for part in examples.values()) < SMALLEST:
        return
    pictures = np.concatenate([np.asarray(part.inputs) for part in examples.values()])[:MOST]
    roles = np.concatenate([np.full(len(part), role) for role, part in examples.items()])
    names = [name for role, part in examples.items() for name in _names(part, role)]
    labels = np.concatenate([np.asarray(part.labels, dtype=str) for part in examples.values()])
    between: list[list[str]] = []
    within: list[list[str]] = []
    torn = 0
    for group in groups(pictures):
        members = [names[k] for k in group]
        crosses = len(set(roles[group])) > 1 or (roles[group[0]] == "target" and data.test is None)
        (between if crosses else within).append(members)
        torn += len(set(labels[group])) > 1
    for say, groups_, what in (
        (found.warn, between, _("across the places, or in the target, half of which is the test set")),
        (found.note, within, _("within one place")),
    ):
        if groups_:
            say(
                counted(
                    "One group of nearly equal pictures lies {where} ({pictures} pictures).",
                    "{n} groups of nearly equal pictures lie {where} ({pictures} pictures).",
                    len(groups_),
                    where=what,
                    pictures=sum(map(len, groups_)),
                ),
                remedy=_("Keep one of each group, or the score will flatter whoever learns by heart."),
                rows=[" = ".join(group[:NAMED]) + (" = ..." if len(group) > NAMED else "") for group in groups_],
            )
    if torn:
        found.warn(
            counted(
                "One group of nearly equal pictures has different labels.",
                "{n} groups of nearly equal pictures have different labels.",
                torn,
            ),
            remedy=_("One of the labels is likely wrong."),
        )


def groups(pictures: np.ndarray) -> list[np.ndarray]:
    """The positions of pictures ``(N, height, width, channels)`` that are nearly the same, group by group."""
    points = small(pictures, SIDE, SIDE).reshape(len(pictures), -1)
    points = _of_length_one(points - points.mean(axis=1, keepdims=True))
    if len(points) >= MANY:
        points = _of_length_one(points - points.mean(axis=0))
    hashes = dhash(pictures)
    first, second = [], []
    for start in range(0, len(hashes), BLOCK):
        apart = np.bitwise_count(hashes[start : start + BLOCK, None] ^ hashes[None, start:])
        i, j = np.nonzero(apart <= BITS)
        i, j = i[i < j] + start, j[i < j] + start
        near = np.einsum("nd,nd->n", points[i], points[j]) >= ALIKE
        first.append(i[near])
        second.append(j[near])
    i, j = np.concatenate(first), np.concatenate(second)
    if not len(i):
        return []
    links = coo_matrix((np.ones(len(i)), (i, j)), shape=(len(hashes), len(hashes)))
    _count, group = connected_components(links, directed=False)
    found = [np.flatnonzero(group == number) for number in np.unique(group[i])]
    return sorted(found, key=lambda members: int(members[0]))


def _of_length_one(points: np.ndarray) -> np.ndarray:
    """Each row as a direction; one that is zero all over stays so, and is near nothing."""
    return points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)


def dhash(pictures: np.ndarray) -> np.ndarray:
    """The difference hash ``(N,)`` of pictures ``(N, height, width, channels)``, as 64-bit whole numbers."""
    grey = small(pictures, 8, 9)
    return np.packbits(grey[:, :, 1:] > grey[:, :, :-1], axis=None).view(np.uint64)


def small(pictures: np.ndarray, height: int, width: int) -> np.ndarray:
    """Grey pictures ``(N, height, width)``, each point the mean of what it covers."""
    from PIL import Image

    made = np.empty((len(pictures), height, width), np.float32)
    for k, picture in enumerate(pictures):
        grey = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture).convert("F")
        made[k] = np.asarray(grey.resize((width, height), Image.Resampling.BOX))
    return made


def _names(part: Examples, role: str) -> list[str]:
    return [f"{place(role)}: {name}" for name in (part.names or [str(k + 1) for k in range(len(part))])]

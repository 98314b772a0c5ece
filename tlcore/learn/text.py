"""Networks for texts, and vectors for words: learnt from their neighbours, or read from a file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tlcore.errors import Unusable
from tlcore.learn.data import Domain, Task
from tlcore.learn.nets import Body, Model
from tlcore.learn.space_text import FIRST_WORD, PADDING, TextSpace
from tlcore.outcome import Note
from tlcore.phase import Objective

SMALL = 0.1  # how large vectors start: what untrained pieces say must not drown what the trained ones do
REACH = 5  # words to either side
OTHERS = 5  # words that were not there, per word that was
PLACES = 4  # words asked for per text and step
BLUNT = 0.75  # exponent of the frequency that other words are drawn by (Mikolov et al., 2013)


class TextStem(nn.Module):
    """The mean of the vectors of a text's words and their pieces ``(N, width)`` (Joulin et al., 2017)."""

    def __init__(self, space: TextSpace, width: int, dropout: float):
        super().__init__()
        self.length = space.length
        self.bag = bag(space, width)
        self.normalise = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(self.normalise(self.bag(x[:, : self.length])))


def bag(space: TextSpace, width: int) -> nn.EmbeddingBag:
    """The mean of the vectors of all ids, padding left out."""
    table = nn.EmbeddingBag(space.size, width, mode="mean", padding_idx=PADDING)
    with torch.no_grad():
        table.weight.mul_(SMALL)
    return table


def dense(inputs: int, outputs: int, dropout: float) -> nn.Module:
    """A layer that keeps no statistics: of the many lengths a text can have, a batch's mean says little."""
    return nn.Sequential(nn.Linear(inputs, outputs), nn.LayerNorm(outputs), nn.ReLU(), nn.Dropout(dropout))


class MeanVector(nn.Module):
    """The mean vector of the ids that are ``known`` (size,), on one scale per direction; texts without any lie at 0."""

    known: Tensor
    mean: Tensor
    scale: Tensor

    def __init__(self, table: nn.EmbeddingBag, known: Tensor, length: int):
        super().__init__()
        self.table, self.length = table, length
        self.register_buffer("known", known)
        self.register_buffer("mean", torch.zeros(table.embedding_dim))
        self.register_buffer("scale", torch.ones(table.embedding_dim))

    def forward(self, x: Tensor) -> Tensor:
        ids = self._known(x)
        some = (ids > PADDING).any(1, keepdim=True)
        return ((self.table(ids) - self.mean) / self.scale) * some

    def _known(self, x: Tensor) -> Tensor:
        ids = x[:, : self.length]
        return ids.where(self.known[ids.long()], PADDING)

    @torch.no_grad()
    def rescale(self, x: Tensor) -> None:
        """Centre and spread of every direction, over these texts."""
        told = torch.cat([self.table(self._known(part)) for part in x.split(1024)])
        told = told[told.any(1)] if told.any() else told
        self.mean.copy_(told.mean(0))
        self.scale.copy_(told.std(0, correction=0).clamp(min=1e-6))


def vectors(space: TextSpace, width: int, device: Any) -> Body:
    """A body of mean vectors, all ids known and nothing learnt yet."""
    return Body([MeanVector(bag(space, width), torch.ones(space.size, dtype=torch.bool), space.length)], width).to(
        device
    )


class Neighbours(nn.Module):
    """Which word stands among these? Told from its neighbours' vectors and pieces (Mikolov et al., 2013).

    One vector for every word that may be the answer, ``(words, width)``.
    """

    chances: Tensor

    def __init__(self, table: nn.EmbeddingBag, space: TextSpace, texts: Tensor):
        super().__init__()
        self.space, self.table = space, [table]  # in a list: it is the body's, and moves there
        self.answers = nn.Embedding(max(1, len(space.vocabulary)), table.embedding_dim)
        nn.init.zeros_(self.answers.weight)
        texts = space.words(texts)
        words = texts[(texts >= FIRST_WORD) & (texts < space.first_piece)].long() - FIRST_WORD
        counts = torch.bincount(words, minlength=self.answers.num_embeddings).float()
        self.register_buffer("chances", counts.clamp(min=1e-6) ** BLUNT)

    def forward(self, x: Tensor) -> Tensor:
        """The mean loss over ``PLACES`` words of each text ``(N, length)``."""
        x = self.space.words(x).repeat(PLACES, 1)
        begins = self.space.begins(x)
        number = begins.cumsum(1).where(x > PADDING, -2 * REACH)  # which word an id belongs to, from 1
        words = begins.sum(1, keepdim=True)
        chosen = 1 + (torch.rand(words.shape, device=x.device) * words).long().clamp(max=words - 1)
        away = (number - chosen).abs()
        context = x.where((away > 0) & (away <= REACH), PADDING)
        answer = x.where(begins & (away == 0), 0).amax(1).long() - FIRST_WORD
        # A text of a single word has no neighbours, and a stranger no vector to be told by.
        asked = (context > PADDING).any(1) & (answer >= 0)
        told = self.table[0](context)
        others = torch.multinomial(self.chances, len(x) * OTHERS, replacement=True).view(len(x), OTHERS)
        right = (told * self.answers(answer.clamp(min=0))).sum(1)
        wrong = torch.einsum("nd,nkd->nk", told, self.answers(others))
        each = F.softplus(-right) + F.softplus(wrong).sum(1)
        return (each * asked).sum() / asked.sum().clamp(min=1)


def among(neighbours: Neighbours) -> Objective:
    return lambda batch, _: {"words": neighbours(batch.x)}


def at_hand(source: Domain, unlabelled: Domain) -> Domain:
    """The texts of both domains, to be read without their labels."""
    return Domain(torch.cat([source.x, unlabelled.x]), torch.cat([source.y, unlabelled.y]), source.batch,
                  source.least_steps)  # fmt: skip


def headed(body: Body, task: Task) -> Model:
    """This body with a head for the target's answers, its first weights decided by the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(task.seed)
        return Model(body, task.target_labels.outputs).to(task.source.x.device)


def coverage(path: Path, found: int, space: TextSpace) -> Note:
    """How much of the texts' words a file knows; grave where it is less than half."""
    words = len(space.vocabulary)
    return Note(
        "{found} of the {words} words of these texts have a vector in {file}; the others are passed over.",
        {"found": found, "words": words, "file": path.name},
        grave=found < words / 2,
    )


def read(path: Path, space: TextSpace, device: Any) -> tuple[Body, int]:
    """Mean vectors of the words found in a ``.vec`` file, and how many of the space's words these are.

    The file is plain text as fastText writes it: a line "words dimensions", then a word and its numbers per
    line. Raises `Unusable` for a file that is missing or made otherwise.
    """
    place = {word: number for number, word in enumerate(space.vocabulary, FIRST_WORD)}
    found: dict[int, list[float]] = {}
    try:
        with path.open(encoding="utf-8", newline="\n") as lines:
            width = _width(next(lines, ""), path)
            for number, line in enumerate(lines, 2):
                word, *values = line.rstrip().split(" ")
                if len(values) != width:
                    raise _bad(path, f"line {number} has {len(values)} numbers instead of {width}")
                # The first of several spellings is the commonest in such files.
                if (row := place.get(word.casefold())) is not None and row not in found:
                    found[row] = [float(value) for value in values]
                    if not all(map(math.isfinite, found[row])):
                        raise _bad(path, f"line {number} holds something that is no finite number")
    except OSError as error:
        raise Unusable(f"word_vectors.vectors is {str(path)!r}, which cannot be read: {error.strerror}.") from error
    except ValueError as error:  # no number, or no UTF-8
        raise _bad(path, str(error)) from error
    if not found:
        raise Unusable(f"{path.name} holds none of the {len(space.vocabulary)} words of these texts; "
                       "choose vectors of the texts' own language.")  # fmt: skip
    rows = torch.tensor(list(found), dtype=torch.long)
    known = torch.zeros(space.size, dtype=torch.bool).index_fill(0, rows, True)
    body = Body([MeanVector(bag(space, width), known, space.length)], width)
    with torch.no_grad():
        body.blocks[0].table.weight[rows] = torch.tensor(list(found.values()))  # type: ignore[index, union-attr, operator]
    return body.to(device), len(found)


def _width(header: str, path: Path) -> int:
    parts = header.split()
    if len(parts) != 2 or not all(part.isdigit() for part in parts) or int(parts[1]) < 1:
        raise _bad(path, "its first line does not say how many words and dimensions follow, such as '2000 100'")
    return int(parts[1])


def _bad(path: Path, what: str) -> Unusable:
    return Unusable(f"{path.name} is no file of word vectors as fastText writes them (.vec): {what}.")

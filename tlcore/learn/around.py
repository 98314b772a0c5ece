"""A transformer of the Hugging Face library as a body of blocks: everything around its layers, then each layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch import Tensor, nn

from tlcore.learn.nets import FEW, Body
from tlcore.outcome import Note

Feed = Callable[[Tensor], dict[str, Any]]
Read = Callable[[Any, dict[str, Any]], Tensor]


class Around(Body):
    """Layers that live inside somebody else's model, told apart so that each can move, freeze or be adapted by itself.

    The first block is the model without its layers (embeddings, final norms), the others are the layers in
    order. ``feed`` turns inputs into what the model takes, ``read`` its answer, and what it was given, into
    features ``(N, width)``. Columns of ``x`` before the ``first`` are not for it.
    """

    def __init__(
        self, model: nn.Module, feed: Feed, read: Read, width: int, *, first: int = 0, pace: float = 1.0,
        costly: bool = True, notes: Iterable[Note] = (),
    ):  # fmt: skip
        layers = _taken_out(model)
        super().__init__([model, *layers], width, pace=pace, costly=costly, at_once=FEW, notes=notes)
        self.feed, self.read, self.first = feed, read, first
        self._within = layers  # the very list the model walks

    def extra_repr(self) -> str:
        """How it is fed and read belongs to what a network is (`nets.digest`)."""
        return f"{_called(self.feed)}, {_called(self.read)}"

    def seen(self, x: Tensor) -> Tensor:
        return x[:, self.first :]

    def forward(self, x: Tensor) -> Tensor:
        self._within[:] = self.blocks[1:]  # a block may have been replaced by one that does more
        given = self.feed(x)
        return self.read(self.blocks[0](**given), given)


def _called(part: Callable[..., Any]) -> str:
    return getattr(part, "__qualname__", type(part).__qualname__)


def _taken_out(model: nn.Module) -> list[nn.Module]:
    """The model's layers, in a plain list that stands where they stood: the model walks it and no longer owns them."""
    stacks = [
        (sum(weight.numel() for weight in child.parameters()), parent, name)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, nn.ModuleList)
    ]
    if not stacks:
        raise ValueError(f"{type(model).__name__} holds no stack of layers.")
    _, parent, name = max(stacks, key=lambda stack: stack[0])
    layers = list(getattr(parent, name))
    delattr(parent, name)
    parent.__dict__[name] = layers
    return layers


def mean_of_tokens(answer: Any, given: dict[str, Any]) -> Tensor:
    """The mean of the vectors of all tokens that are no padding ``(N, width)`` (Reimers and Gurevych, 2019)."""
    counts = given["attention_mask"].unsqueeze(-1).to(answer.last_hidden_state.dtype)
    return (answer.last_hidden_state * counts).sum(1) / counts.sum(1).clamp(min=1)


def first_token(answer: Any, given: dict[str, Any]) -> Tensor:
    """The vector of the first token, which stands for the whole text ``(N, width)`` (Devlin et al., 2019)."""
    return answer.last_hidden_state[:, 0]

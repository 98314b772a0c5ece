"""How far two batches of features lie apart, as functions a network can be trained to make small.

All take features ``(N, width)`` of the source and ``(M, width)`` of the target and return one number. They
are computed in full precision, also where the network around them is not. How a gap is measured for a
person to read is another matter: on one fixed scale, against chance (tlcore/measure/distances.py).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import torch
from torch import Tensor

WIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the kernels, as multiples of the squared median distance


def _precise(gap: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Half precision loses a small difference of large sums: this gap is computed in single precision at least."""

    @wraps(gap)
    def computed(*features: Tensor) -> Tensor:
        with torch.autocast(features[0].device.type, enabled=False):
            return gap(*(part if part.dtype == torch.double else part.float() for part in features))

    return computed


@_precise
def mmd(source: Tensor, target: Tensor) -> Tensor:
    """Squared maximum mean discrepancy under the mean of five Gaussian kernels (Long et al., 2015).

    The unbiased estimate: its mean is 0 where the domains are alike, so half of the values are negative there.
    The biased one would go on pulling features together that lie alike already.
    """
    return _discrepancy(kernel(torch.cat([source, target])), len(source))


@_precise
def joint_mmd(source: Tensor, target: Tensor, source_answers: Tensor, target_answers: Tensor) -> Tensor:
    """The same, of features and answers taken together (Long et al., 2017): the kernels of the two are multiplied.

    Answers are probabilities ``(N, classes)``, or numbers ``(N, 1)``.
    """
    both = kernel(torch.cat([source, target])) * kernel(torch.cat([source_answers, target_answers]))
    return _discrepancy(both, len(source))


@_precise
def coral(source: Tensor, target: Tensor) -> Tensor:
    """``||Cs - Ct||_F^2 / (4 width^2)``, covariances with N - 1 (Sun and Saenko, 2016). Blind to a move of the mean."""
    difference = _covariance(source) - _covariance(target)
    return difference.square().sum() / (4 * source.shape[1] ** 2)


@_precise
def mean_distance(source: Tensor, target: Tensor) -> Tensor:
    """``||mean(source) - mean(target)||``."""
    return (source.mean(0) - target.mean(0)).norm()


def kernel(x: Tensor) -> Tensor:
    """The mean of ``exp(-||a - b||^2 / (2 k s^2))`` over the ``WIDTHS`` k, of all pairs of rows ``(N, N)``.

    ``s`` is the (lower) median distance between two different rows; no gradient flows through it. Where more
    than half of the rows are equal, it is the root mean square distance.
    """
    norms = x.square().sum(1)
    squares = (norms[:, None] + norms[None, :] - 2 * x @ x.T).clamp(min=0)
    rows, columns = torch.triu_indices(len(x), len(x), 1, device=x.device)
    apart = squares.detach()[rows, columns]
    width = apart.median()
    # Rounding leaves a little between equal rows: what is tiny beside the mean counts as nothing.
    width = torch.where(width > 1e-6 * apart.mean(), width, apart.mean()).clamp(min=1e-12)
    return torch.stack([torch.exp(-squares / (2 * multiple * width)) for multiple in WIDTHS]).mean(0)


def _discrepancy(kernel: Tensor, n: int) -> Tensor:
    """The unbiased squared discrepancy of the first ``n`` rows from the others (Gretton et al., 2012)."""
    m = len(kernel) - n
    within = _off_diagonal(kernel[:n, :n]) / (n * (n - 1)) + _off_diagonal(kernel[n:, n:]) / (m * (m - 1))
    return within - 2 * kernel[:n, n:].mean()


def _off_diagonal(square: Tensor) -> Tensor:
    return square.sum() - square.diagonal().sum()


def _covariance(x: Tensor) -> Tensor:
    centred = x - x.mean(0)
    return centred.T @ centred / (len(x) - 1)

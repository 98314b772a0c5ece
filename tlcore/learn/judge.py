"""The only holder of held-out labels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from tlcore.catalog import Metric
from tlcore.learn.data import Answers, Held, Task
from tlcore.situation import LabelSpace

CHUNK = 1024  # examples judged at once


class Judge:
    """Judges predictors after every epoch, and once, at the end, on the test labels."""

    def __init__(self, held: Held, task: Task, metrics: Mapping[str, Metric], headline: str, device: str):
        self.held, self.metrics, self.headline, self.device = held, metrics, headline, device
        self.source_labels, self.target_labels = task.source_labels, task.target_labels

    def epoch(self, predictor: nn.Module, selector: str) -> tuple[dict[str, float], float | None]:
        """The headline metric wherever this phase is judged, and the loss its best epoch is chosen by."""
        if selector == "source":
            score, loss = self._score(predictor, self.held.source, self.source_labels)
            return {"source": score}, loss
        scores, loss = {}, None
        if selector == "target":
            scores["valid"], loss = self._score(predictor, self.held.valid, self.target_labels)
        if self.held.watched is not None:
            scores["watched"], _ = self._score(predictor, self.held.watched, self.target_labels)
        return scores, loss

    def can_judge(self, phase_selector: str) -> bool:
        """Whether a predictor of such a phase answers in the target's classes."""
        return phase_selector != "source" or self.source_labels == self.target_labels

    def measured(self, predictor: nn.Module, selector: str) -> tuple[dict[str, dict[str, float]], pd.DataFrame]:
        """Every metric on the test labels, and on the validation labels where they were not learnt from.

        Returns ``{"test": {...}, "valid": {...}}`` and the predictions behind them.
        """
        parts = {"test": self.held.test} | ({} if selector == "none" else {"valid": self.held.valid})
        scores, frames = {}, []
        for name, part in parts.items():
            told = self.predict(predictor, part.x, self.target_labels)
            fitting = {key: m for key, m in self.metrics.items() if self.target_labels.kind in m.kinds}
            scores[name] = {key: float(metric.measure(part.truth, told)) for key, metric in fitting.items()}
            frames.append(_frame(name, part.truth, told))
        return scores, pd.concat(frames, ignore_index=True)

    def predict(self, predictor: nn.Module, x: Tensor, labels: LabelSpace) -> np.ndarray:
        """Probabilities ``(N, classes)``, or numbers ``(N,)`` in the label's own unit; float64."""
        predictor.eval()
        with torch.inference_mode(), torch.autocast(self.device, torch.bfloat16, enabled=self._bf16()):
            raw = torch.cat([predictor(part).float() for part in x.split(CHUNK)])
        if labels.kind == "regression":
            return (raw[:, 0] * self.held.spread + self.held.centre).double().cpu().numpy()
        return raw.double().softmax(1).cpu().numpy()

    def _score(self, predictor: nn.Module, part: Answers, labels: LabelSpace) -> tuple[float, float]:
        told = self.predict(predictor, part.x, labels)
        if labels.kind != self.target_labels.kind:
            headline = float("nan")
        else:
            headline = self.metrics[self.headline].measure(part.truth, told)
        return headline, _loss(part.truth, told, self.held.spread)

    def _bf16(self) -> bool:
        return self.device == "cuda" and torch.cuda.is_bf16_supported()


def _loss(truth: np.ndarray, told: np.ndarray, spread: float) -> float:
    """Log loss, or the mean squared error in units of the source's spread."""
    if told.ndim == 1:
        return float(np.mean(((told - truth) / spread) ** 2))
    return float(-np.log(told[np.arange(len(truth)), truth].clip(1e-12)).mean())


def _frame(part: str, truth: np.ndarray, told: np.ndarray) -> pd.DataFrame:
    answers = {"prediction": told} if told.ndim == 1 else {f"p{c}": told[:, c] for c in range(told.shape[1])}
    return pd.DataFrame({"part": part, "row": np.arange(len(truth)), "truth": truth, **answers})

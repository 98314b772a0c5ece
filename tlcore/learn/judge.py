"""The only holder of held-out labels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from scipy.special import logsumexp
from torch import Tensor, nn

from tlcore.catalog import Metric
from tlcore.learn import nets
from tlcore.learn.data import Answers, Held, Task
from tlcore.situation import LabelSpace


class Judge:
    """Judges predictors after every epoch, and once, at the end, on the test labels."""

    def __init__(self, held: Held, task: Task, metrics: Mapping[str, Metric], headline: str, device: str):
        self.held, self.metrics, self.headline, self.device = held, metrics, headline, device
        self.source_labels, self.target_labels = task.source_labels, task.target_labels
        self.sign = metrics[headline].sign

    def epoch(
        self, predictor: nn.Module, selector: str, watch_source: bool = False
    ) -> tuple[dict[str, float], np.ndarray | None]:
        """The headline metric wherever this phase is judged, and the losses its best epoch is chosen by.

        The losses are one per validation example of the selector; None where nothing is chosen.
        ``watch_source``: say how well the target's predictor still does on the source, where both
        have the same classes.
        """
        if selector == "source":
            told = self.predict(predictor, self.held.source.x, self.source_labels)
            return {"source": self._headline(self.held.source, told)}, _losses(self.held.source, told)
        scores, losses = {}, None
        if selector == "target":
            told = self.predict(predictor, self.held.valid.x, self.target_labels)
            scores["valid"], losses = self._headline(self.held.valid, told), _losses(self.held.valid, told)
        if self.held.watched is not None:
            told = self.predict(predictor, self.held.watched.x, self.target_labels)
            scores["watched"] = self._headline(self.held.watched, told)
        if watch_source and len(self.held.source.x) and self.source_labels == self.target_labels:
            told = self.predict(predictor, self.held.source.x, self.source_labels)
            scores["source"] = self._headline(self.held.source, told)
        return scores, losses

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
            frames.append(_frame(name, part, told))
        return scores, pd.concat(frames, ignore_index=True)

    def predict(self, predictor: nn.Module, x: Tensor, labels: LabelSpace) -> np.ndarray:
        """Probabilities ``(N, classes)``, or numbers ``(N,)`` in the label's own unit; float64."""
        with torch.inference_mode(), torch.autocast(self.device, torch.bfloat16, enabled=self._bf16()):
            raw = nets.answers(predictor, x)
        if labels.kind == "regression":
            return (raw[:, 0] * self.held.spread + self.held.centre).double().cpu().numpy()
        return raw.double().softmax(1).cpu().numpy()

    def _headline(self, part: Answers, told: np.ndarray) -> float:
        metric = self.metrics[self.headline]
        kind = "regression" if told.ndim == 1 else "binary" if told.shape[1] == 2 else "multiclass"
        return float(metric.measure(part.truth, told)) if kind in metric.kinds else float("nan")

    def _bf16(self) -> bool:
        return self.device == "cuda" and torch.cuda.is_bf16_supported()


SHARPNESS = np.array([0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.5, 2.0])  # inverse temperatures


def _losses(part: Answers, told: np.ndarray) -> np.ndarray:
    """Squared errors, or log losses at the temperature that suits these examples best.

    A network that has learnt a small training set by heart is sure of itself and sorts better than it
    did before: plain log loss would then prefer the untrained one (Guo et al., 2017).
    """
    if told.ndim == 1:
        return (told - part.truth) ** 2
    logits = np.log(told.clip(1e-12))[None] * SHARPNESS[:, None, None]
    right = np.take_along_axis(logits, part.truth[None, :, None], 2)[..., 0]
    losses = logsumexp(logits, axis=2) - right
    return losses[losses.mean(1).argmin()]


def _frame(name: str, part: Answers, told: np.ndarray) -> pd.DataFrame:
    answers = {"prediction": told} if told.ndim == 1 else {f"p{c}": told[:, c] for c in range(told.shape[1])}
    frame = pd.DataFrame({"part": name, "row": np.arange(len(part.truth)), "truth": part.truth, **answers})
    return frame if part.places is None else frame.assign(place=part.places)

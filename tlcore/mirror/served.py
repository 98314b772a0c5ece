"""A model as MLflow serves it. MLflow carries this file out where the model is loaded, with the folder beside it."""

from __future__ import annotations

from typing import Any

from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

from tlcore.export import load


class Exported(PythonModel):
    """Answers as `tlcore.export.Model.predict` does."""

    def load_context(self, context: PythonModelContext) -> None:
        self.model = load(context.artifacts["model"])

    def predict(self, context: PythonModelContext, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        return self.model.predict(model_input)


set_model(Exported())

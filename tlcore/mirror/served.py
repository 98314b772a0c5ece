"""A model as MLflow serves it. MLflow carries this file out where the model is loaded, with the folder beside it."""

from __future__ import annotations

from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

from tlcore.export import load


class Exported(PythonModel):
    """Answers as `tlcore.export.Model.predict` does."""

    def load_context(self, context: PythonModelContext) -> None:
        self.model = load(context.artifacts["model"], trusted=True)  # this file is code of the same hand

    # Untyped: from types MLflow would make a signature of its own.
    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]
        return self.model.predict(model_input)


set_model(Exported())

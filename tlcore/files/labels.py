"""What is to be predicted, read the same way everywhere: classes or a number, and which rows carry it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd

from tlcore.files.columns import known, numbers, text
from tlcore.files.finding import Findings, Fix
from tlcore.situation import Examples
from tlcore.words import _, counted

LEAST_SOURCE = 10
MOST_CLASSES_AS_NUMBERS = 20  # a numeric label with more different values is a number to predict
DOUBTFUL = 10, 50  # different whole numbers, of which it is hard to say what they are
LEAST = 2  # examples of a class the target must offer beside the test set


def read_labels(
    columns: Mapping[str, pd.Series], label: str, names: Mapping[str, str], found: Findings, task: str = "auto"
) -> tuple[dict[str, pd.Series], bool]:
    """The labels by role, missing where nobody labelled, and whether they are numbers to predict.

    ``task`` says what they are, "classes" or "number"; with "auto" numbers of many values are numbers.
    """
    whole = pd.concat(list(columns.values()), ignore_index=True)
    read = numbers(whole)
    if read is None and task == "number":
        found.stop(_("Column '{label}' is to be predicted as a number, but holds words.", label=label), where=label)
    many = read is not None and read[np.isfinite(read)].nunique() > MOST_CLASSES_AS_NUMBERS
    regression = read is not None and (many if task == "auto" else task == "number")
    if read is not None and task == "auto":
        _say_doubtful(read[np.isfinite(read)], label, many, found)
    if regression:
        assert read is not None
        values = read.mask(~np.isfinite(read))
        lost = int((known(text(whole)).notna() & values.isna()).sum())
        if lost:
            found.warn(
                counted(
                    "One label in column '{label}' is no finite number; that row counts as unlabelled.",
                    "{n} labels in column '{label}' are no finite numbers; those rows count as unlabelled.",
                    lost,
                    label=label,
                ),
                where=label,
            )
    else:
        values = text(whole) if read is None else known(text(whole))
    split, start = {}, 0
    for role, column in columns.items():
        split[role] = values.iloc[start : start + len(column)].set_axis(column.index)
        start += len(column)
        missing = int(split[role].isna().sum())
        if missing and missing < len(column):
            fate = _("it joins the unlabelled examples") if role == "target" else _("it is left out")
            fates = _("they join the unlabelled examples") if role == "target" else _("they are left out")
            found.note(
                counted(
                    "One row of {file} has no label; {fate}.",
                    "{n} rows of {file} have no label; {fate}.",
                    missing,
                    file=names[role],
                    fate=fate if missing == 1 else fates,
                ),
                where=names[role],
            )
    return split, regression


def _say_doubtful(values: pd.Series, label: str, many: bool, found: Findings) -> None:
    """Which way whole numbers were read that may be meant either way."""
    count = values.nunique()
    if not DOUBTFUL[0] <= count <= DOUBTFUL[1] or (values != values.round()).any():
        return
    if many:
        what = _("'{label}' holds {n} different whole numbers and is predicted as a number.", label=label, n=count)
        remedy, fix = _("Read them as classes if they only name things, such as codes."), Fix("task", "classes")
    else:
        what = _("'{label}' holds {n} different whole numbers and is predicted as classes.", label=label, n=count)
        remedy, fix = _("Read them as a number if they measure, such as points or days."), Fix("task", "number")
    found.hint(what, where=label, remedy=remedy, fix=fix)


def kept_classes(
    labels: Mapping[str, pd.Series], names: Mapping[str, str], found: Findings
) -> tuple[dict[str, pd.Series], list[str]]:
    """The labelled rows of the classes that can be learnt and judged, by role, and those classes' names.

    A class with too few target examples is left out everywhere, so that the score speaks of what was
    possible; where fewer than two classes would remain, that is a finding that stops.
    """
    least = LEAST if "test" in labels else 2 * LEAST  # without a test file, half of the target is held out
    counts = labels["target"].value_counts().sort_index()
    rare = counts[counts < least]
    fine = [str(name) for name in counts.index if name not in rare.index]
    needs = (
        _("At least {least} are needed.", least=least)
        if "test" in labels
        else _("At least {least} are needed, because half of the target is kept for the test.", least=least)
    )
    if len(counts) == 1:
        found.stop(
            _("All labels in {file} are '{value}'; at least two classes are needed.", file=names["target"],
              value=counts.index[0]),
            where=names["target"],
        )  # fmt: skip
    elif len(fine) < 2:
        for name, count in rare.items():
            found.stop(
                counted(
                    "Class '{name}' has one labelled example in {file}.",
                    "Class '{name}' has {n} labelled examples in {file}.",
                    int(count),
                    name=name,
                    file=names["target"],
                ),
                where=names["target"],
                remedy=needs,
            )
    elif len(rare):
        found.warn(
            counted(
                "Class {classes} has too few labelled examples in {file} and is left out.",
                "Classes {classes} have too few labelled examples in {file} and are left out.",
                len(rare),
                classes=_listed(rare.index),
                file=names["target"],
            ),
            where=names["target"],
            remedy=needs,
        )
    kept = dict(labels)
    if "test" in labels:
        strangers = sorted(set(labels["test"].dropna()) - set(counts.index))
        if strangers:
            found.warn(
                counted(
                    "Class {classes} of {file} has no example in {target}; its rows are left out of the test.",
                    "Classes {classes} of {file} have no example in {target}; their rows are left out of the test.",
                    len(strangers),
                    classes=_listed(strangers),
                    file=names["test"],
                    target=names["target"],
                ),
                where=names["test"],
            )
        kept["test"] = labels["test"][labels["test"].isin(fine)]
    kept["target"] = labels["target"][labels["target"].isin(fine)]
    kept["source"] = labels["source"][~labels["source"].isin(rare.index)]
    if kept["source"].nunique() == 1 and len(fine) >= 2:
        found.stop(
            _("All labels in {file} are '{value}'; at least two classes are needed.", file=names["source"],
              value=kept["source"].iloc[0]),
            where=names["source"],
        )  # fmt: skip
    return kept, fine


def compare_classes(labels: Mapping[str, pd.Series], names: Mapping[str, str], found: Findings) -> None:
    """Say where source and target have different classes: some strategies do not apply then."""
    source, target = set(labels["source"].dropna()), set(labels["target"].dropna())
    if source != target:
        only = _listed(sorted(source ^ target)[:5])
        found.note(
            _("{source} and {target} have different classes ({only}).", source=names["source"],
              target=names["target"], only=only),
            where=names["source"],
            remedy=_("Strategies that need the same classes are left out."),
        )  # fmt: skip


def check_event(positive: str, classes: list[str], found: Findings) -> None:
    """Whether the named event is one of the two classes."""
    if not positive:
        return
    if positive not in classes:
        near = get_close_matches(positive, classes, n=1)
        hint = _("Did you mean '{near}'?", near=near[0]) + " " if near else ""
        found.stop(
            _("The event '{positive}' is no class of the target.", positive=positive),
            remedy=hint + _("Its classes are {classes}.", classes=_listed(classes[:20])),
        )
    elif len(classes) > 2:
        found.note(_("The event '{positive}' has no effect: there are more than two classes.", positive=positive))


def labelled(
    inputs: Mapping[str, pd.DataFrame | np.ndarray],
    labels: Mapping[str, pd.Series],
    names: Mapping[str, str],
    found: Findings,
    *,
    regression: bool,
    positive: str,
    members: Mapping[str, list[str] | None] | None = None,
) -> dict[str, Examples]:
    """The labelled examples by role, with the rows that can be used; says where there are too few.

    ``members`` are the names of the examples, where they have any.
    """
    kept = {role: column.dropna() for role, column in labels.items()}
    if regression:
        least = 2 * LEAST if "test" in labels else 4 * LEAST
        _enough("target", least, kept, names, found)
    else:
        if len(labels["source"]):
            compare_classes(labels, names, found)
        kept, classes = kept_classes(kept, names, found)
        check_event(positive, classes, found)
    if len(labels["source"]):
        _enough("source", LEAST_SOURCE, kept, names, found)
    if "test" in kept:
        _enough("test", 1, kept, names, found)
    return {
        role: _examples(inputs[role], labels[role], column, regression, members[role] if members else None)
        for role, column in kept.items()
    }


def _examples(
    inputs: pd.DataFrame | np.ndarray, labels: pd.Series, kept: pd.Series, regression: bool, names: list[str] | None
) -> Examples:
    rows = labels.index.get_indexer(kept.index)
    values = kept.to_numpy(dtype=np.float64 if regression else object)
    if isinstance(inputs, pd.DataFrame):
        return Examples(inputs.iloc[rows], values)  # the index goes on naming the rows of the file
    return Examples(inputs[rows], values, [names[row] for row in rows] if names else None)


def _enough(role: str, least: int, kept: Mapping[str, pd.Series], names: Mapping[str, str], found: Findings) -> None:
    if len(kept[role]) < least:
        found.stop(
            counted(
                "{file} has one labelled example.",
                "{file} has {n} labelled examples.",
                len(kept[role]),
                file=names[role],
            ),
            where=names[role],
            remedy=_("At least {least} are needed.", least=least),
        )


def _listed(classes: object) -> str:
    return ", ".join(f"'{name}'" for name in classes)  # type: ignore[attr-defined]

"""Every word a person reads can be read in every language."""

from __future__ import annotations

import numpy as np
import pytest

from tlcore import words, words_extract

TRANSLATED = [language for language in words.LANGUAGES if language != "en"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_of_every_source_file_is_translated_with_the_same_fields(language):
    assert "\n".join(words_extract.problems(language)) == ""


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("Two " "halves")', ["Two halves"]),
        ('counted("{n} run", "{n} runs", 3)', ["{n} run", "{n} runs"]),
        ('strength: float = tl.knob(0.1, "How hard it pulls", 0.0, 1.0)', ["How hard it pulls"]),
        ('METRIC = Metric("Accuracy", frozenset(), measure)', ["Accuracy"]),
        ('class A(tl.Strategy):\n    title = "Fine-tuning"\n    paper = "Someone, 2014"', ["Fine-tuning"]),
        ('class A:\n    story: ClassVar[str] = ("Long " "ago")', ["Long ago"]),
        ('TITLE, ICON, PLACE = "Verdict", ":material/gavel:", 1', ["Verdict"]),
        ('NEEDS: Mapping[str, str] = {"classes": "It needs classes."}', ["It needs classes."]),
        ('title = "no offer, no page"\nprint(_)', []),
        ("_(offer.title)", []),
    ],
)
def test_the_words_of_a_source_are_found_where_a_person_will_read_them(source, found):
    assert words_extract.messages(source) == found


def test_a_message_put_together_at_run_time_is_refused():
    with pytest.raises(ValueError, match="put together at run time"):
        words_extract.messages('_(f"{n} runs")')


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one source file and an empty catalogue folder; returns the file."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "tlcore").mkdir()
    (tmp_path / "app.py").write_text("")
    monkeypatch.setattr(words_extract, "ROOT", tmp_path)
    monkeypatch.setattr(words_extract, "LOCALE", tmp_path / "tlcore" / "locale")
    return tmp_path / "pages" / "a.py"


def test_a_catalogue_keeps_what_is_translated_and_loses_what_is_gone(project):
    project.write_text('_("Stays"); _("Goes")')
    words_extract.update("zh_CN")
    path = words_extract.catalogue_of(project, "zh_CN")
    path.write_text(path.read_text().replace('msgid "Stays"\nmsgstr ""', 'msgid "Stays"\nmsgstr "留下"'))
    project.write_text('_("Stays"); _("Comes")')

    assert words_extract.update("zh_CN") == [path]
    assert words_extract.read(path) == {"Stays": "留下", "Comes": ""}
    assert words_extract.update("zh_CN") == []


def test_a_message_takes_over_the_translation_another_file_gives(project):
    project.write_text('_("Target")')
    words_extract.update("zh_CN")
    path = words_extract.catalogue_of(project, "zh_CN")
    path.write_text(path.read_text().replace('msgid "Target"\nmsgstr ""', 'msgid "Target"\nmsgstr "目标域"'))
    project.with_name("b.py").write_text('_("Target")')
    words_extract.update("zh_CN")
    assert words_extract.read(words_extract.catalogue_of(project.with_name("b.py"), "zh_CN")) == {"Target": "目标域"}


def test_what_is_wrong_with_a_catalogue_is_said(project):
    project.write_text('_("{n} runs"); _("New")')
    path = words_extract.catalogue_of(project, "zh_CN")
    words_extract._write(path, "zh_CN", {"{n} runs": "{m} 次运行", "Old": "旧"})
    words_extract._write(path.with_name("gone.po"), "zh_CN", {"Old": "旧"})
    said = " ".join(words_extract.problems("zh_CN"))
    assert "'New' has no translation" in said
    assert "the catalogue holds 'Old'" in said
    assert "does not have the fields of '{n} runs'" in said
    assert "gone.po belongs to no source file" in said


def test_a_language_is_found_by_its_first_part_and_falls_back_to_english():
    assert words.best_of(["zh-TW"]) == "zh_CN"
    assert words.best_of(["de-DE", "zh"]) == "zh_CN"
    assert words.best_of(["de-DE"]) == "en"


def test_a_message_speaks_the_language_of_the_moment():
    assert words._("helps") == "helps"
    with words.speaking("zh_CN"):
        assert words._("helps") == "有帮助"
        assert words.counted("{n} processor", "{n} processors", 1) == "1 个处理器"
    assert words.counted("{n} processor", "{n} processors", 2) == "2 processors"


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "all"), (float("nan"), "all"), (True, "yes"), ("ramp", "ramp"), (20_000, "20,000"),
     (np.int64(50_000), "50,000"), (0.00041327, "0.0004133"), (1.0, "1")],
)  # fmt: skip
def test_a_setting_is_written_as_people_write_it(value, said):
    assert words.amount(value) == said

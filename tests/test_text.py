"""Texts: words of any language, ids, networks, vectors; and everything else that meets a text on its way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from learning import SHORT, backbone_for, course_for, dealt, run, spec_for
from sklearn.feature_extraction.text import TfidfVectorizer
from toys import messages, pictures, table

from tlcore import catalog
from tlcore.errors import Unusable
from tlcore.files.doctor import examine
from tlcore.learn import augment, loop, text
from tlcore.learn.data import Task
from tlcore.learn.shelf import Shelf
from tlcore.learn.space import fit_space
from tlcore.learn.space_text import BUCKETS, STRANGER, TextSpace, pieces
from tlcore.measure import imbalance
from tlcore.measure.drift import drift, embedding, label_shift
from tlcore.measure.features import matrix
from tlcore.measure.gap import measure_gap
from tlcore.plan import Plan
from tlcore.preflight import preflight
from tlcore.situation import Examples, Situation, split
from tlcore.spec import Experiment
from tlcore.store.facts import facts
from tlcore.tokens import tokens


def texts(*written: object) -> Examples:
    return Examples(np.array(written, dtype=object))


def words_of(space: TextSpace, row: torch.Tensor) -> list[list[int]]:
    """The ids of an encoded text, word by word."""
    found: list[list[int]] = []
    for number in row[row > 0].tolist():
        if number < space.first_piece:
            found.append([])
        found[-1].append(number)
    return found


# Words.


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Don't pay £5.00 — now!", ["dont", "pay", "5", "00", "now"]),
        ("ca\u00adfé ﬁne STRASSE straße", ["café", "fine", "strasse", "strasse"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("我要还款,help我", ["我", "我要", "要", "要还", "还", "还款", "款", "help", "我"]),
        ("great👍👍", ["great", "👍", "👍"]),
        ("", []),
        ("...", []),
        (None, []),
        (float("nan"), []),
    ],
)
def test_words_are_found_in_any_language(written, read):
    assert tokens(written) == read


# Ids.


def test_a_word_is_its_own_id_and_those_of_its_pieces():
    space = fit_space(texts("good bank", "good"))
    row = space.encode(texts("bank good"))[0]
    assert space.vocabulary == ("good", "bank")
    assert words_of(space, row) == [
        [place, *(space.first_piece + bucket for bucket in pieces(word))] for place, word in ((3, "bank"), (2, "good"))
    ]
    assert row.max() < space.size


def test_pieces_are_three_to_five_neighbouring_letters_of_the_marked_word():
    by_hand = ["<no", "now", "ow>", "<now", "now>", "<now>"]
    import zlib

    assert pieces("now") == [zlib.crc32(piece.encode()) % BUCKETS for piece in by_hand]
    assert pieces("我") == [zlib.crc32("<我>".encode()) % BUCKETS]


def test_a_word_never_seen_is_known_by_its_pieces():
    space = fit_space(texts("banking banks", "and some more words"))
    (ids,) = words_of(space, space.encode(texts("bank"))[0])
    assert ids[0] == STRANGER
    known = set(words_of(space, space.encode(texts("banking"))[0])[0])
    assert len(known & set(ids)) >= 5


def test_a_long_text_ends_with_the_last_whole_word_that_fits():
    space = fit_space(texts("short words"))
    row = space.encode(texts("short words short words"))[0]
    assert len(row) == space.length
    assert torch.equal(row, space.encode(texts("short words"))[0])
    long = fit_space(texts("word " * 5000))
    assert long.length <= 2048
    assert all(len(ids) == 1 + len(pieces("word")) for ids in words_of(long, long.encode(texts("word " * 5000))[0]))


def test_the_vocabulary_does_not_depend_on_who_came_first():
    some = ["a b c", "b c d", "d e f g"]
    assert fit_space(texts(*some)).vocabulary == fit_space(texts(*reversed(some))).vocabulary


def test_no_word_of_the_test_set_is_learnt_before_the_end():
    situation = messages()
    situation.test.inputs[:] = [f"{written} secret" for written in situation.test.inputs]
    task, _ = dealt(situation)
    assert "secret" not in task.space.vocabulary
    assert {"mortgage", "landline"} <= set(task.space.vocabulary)


def test_the_design_matrix_is_scikit_learns_tf_idf():
    situation = messages()
    space = fit_space(situation.source)
    ours = pd.DataFrame(space.design(space.encode(situation.test)).toarray(), columns=list(space.vocabulary))
    theirs = TfidfVectorizer(analyzer=tokens).fit(situation.source.inputs)
    expected = pd.DataFrame(theirs.transform(situation.test.inputs).toarray(), columns=theirs.get_feature_names_out())
    pd.testing.assert_frame_equal(ours[expected.columns], expected)


# Networks.


def test_the_stem_is_the_mean_over_words_and_pieces_however_much_padding_there_is():
    space = fit_space(texts("pay my bill now", "close it"))
    table_ = text.bag(space, 6)
    x = space.encode(texts("my bill", ""))
    ids = x[0][x[0] > 0].long()
    by_hand = table_.weight.detach().double().numpy()[ids].mean(0)
    assert np.allclose(table_(x)[0].detach().numpy(), by_hand, atol=1e-6)
    assert torch.equal(table_(x[:, : len(ids)])[0], table_(x)[0])
    assert not table_(x)[1].any()
    model = catalog.backbone("subword_bag", width=8).build(space).eval()
    assert model(x).isfinite().all()


def test_pieces_alone_do_not_drown_what_was_learnt():
    """Vectors start small, so a text of untrained words lies near 0, next to any trained one."""
    space = fit_space(texts("one two three"))
    torch.manual_seed(0)
    assert text.bag(space, 32).weight[1:].std().item() == pytest.approx(text.SMALL, rel=0.05)


def test_a_text_without_a_word_still_gets_an_answer(tmp_path):
    situation = messages()
    for part in (situation.source, situation.target, situation.test):
        part.inputs[::7] = ["", None, "?!"][len(part) % 3]
    result, _ = run(situation, "scratch", tmp_path)
    assert all(np.isfinite(value) for value in result.outcome.test.values())


def test_chinese_without_blanks_is_learnt(tmp_path):
    rng = np.random.default_rng(0)
    said = {"还款": ["怎么还款", "我想提前还清", "还款日是几号"], "挂失": ["卡丢了怎么办", "我要挂失", "银行卡不见了"]}

    def draw(n: int, thing: str) -> Examples:
        reasons = rng.choice(list(said), n)
        return Examples(np.array([f"{thing}{rng.choice(said[reason])}" for reason in reasons], dtype=object), reasons)

    situation = Situation(
        source=draw(200, "您好,"), target=draw(100, "请问"), test=draw(100, "请问一下"), label="原因", modality="text"
    )
    for name in ("fine_tune", "logistic_regression"):
        result, _ = run(situation, name, tmp_path)
        assert result.outcome.test["accuracy"] > 0.95


# Texts, pictures and tables changed a little.


def test_a_dropped_word_takes_its_pieces_along_and_one_word_is_always_left():
    space = fit_space(messages().source)
    x = space.encode(messages().source)
    torch.manual_seed(0)
    for change, share in ((augment.weak(space), 0.1), (augment.strong(space), 0.4)):
        less = change(x)
        assert less.shape == x.shape
        assert ((less == x) | (less == 0)).all()
        kept = lost = 0
        for before, after in zip(x, less, strict=True):
            whole, left = words_of(space, before), words_of(space, after)
            assert all(word in whole for word in left)
            assert left
            kept, lost = kept + len(left), lost + len(whole) - len(left)
        assert lost / (kept + lost) == pytest.approx(share, abs=0.05)
    empty = torch.zeros(2, 5, dtype=torch.int32)
    assert torch.equal(augment.strong(space)(empty), empty)


def test_weak_changes_less_than_strong_whatever_is_changed():
    for situation in (table(), pictures(), messages()):
        task, _ = dealt(situation)
        torch.manual_seed(0)
        x = task.source.x.float()
        weak, strong = augment.weak(task.space)(task.source.x), augment.strong(task.space)(task.source.x)
        assert weak.shape == strong.shape == x.shape
        assert 0 < (weak - x).abs().mean() < (strong - x).abs().mean()


def test_tables_are_trained_on_as_they_are_and_texts_without_some_words():
    assert dealt(table())[0].source.augment is None
    assert dealt(pictures())[0].source.augment is augment.jitter
    varied = dealt(messages())[0].source
    batch = next(iter(varied))
    assert (batch.x > 0).sum() < (varied.x[:1].repeat(len(batch.x), 1) >= 0).sum()
    assert varied.augment is not None


def test_no_jitter_is_the_picture_itself():
    x = torch.randint(0, 256, (4, 3, 8, 8))
    assert torch.allclose(augment.jitter(x, strength=0.0), x.float(), atol=1e-3)


def test_a_cut_out_picture_has_one_hole_in_its_own_mean():
    torch.manual_seed(0)
    x = torch.rand(20, 3, 10, 10)
    cut = augment.cut_out(x)
    for before, after in zip(x, cut, strict=True):
        hit = (before != after).any(0)
        rows, columns = hit.any(1), hit.any(0)
        assert torch.equal(hit, rows[:, None] & columns[None])
        assert hit.sum() <= 25
        assert torch.allclose(after[:, hit], before.mean((1, 2))[:, None].expand(3, int(hit.sum())))


def test_a_corrupted_cell_holds_what_another_row_has_there():
    torch.manual_seed(0)
    rows = torch.arange(200.0).view(50, 4)
    mixed = augment.corrupted(rows)
    assert all(set(mixed[:, column].tolist()) <= set(rows[:, column].tolist()) for column in range(4))
    assert (mixed != rows).float().mean() == pytest.approx(augment.CORRUPTED, abs=0.08)


def test_noise_leaves_flags_and_categories_alone():
    rows = torch.ones(30, 5)
    noisy = augment.noisy(rows, numbers=2)
    assert torch.equal(noisy[:, 2:], rows[:, 2:])
    assert (noisy[:, :2] != 1).all()


# Vectors of words.


def test_a_word_is_told_from_its_neighbours_as_the_formula_says(monkeypatch):
    """Against plain NumPy: log(1 + e^-s) for the word that was there, log(1 + e^s) for those that were not."""
    monkeypatch.setattr(text, "PLACES", 1)
    monkeypatch.setattr(text, "REACH", 1)
    space = fit_space(texts("one two three four"))
    x = space.encode(texts("one two three four"))
    table_ = text.bag(space, 5)
    neighbours = text.Neighbours(table_, space, x)
    torch.nn.init.normal_(neighbours.answers.weight)
    for seed in range(6):
        torch.manual_seed(seed)
        loss = neighbours(x).item()
        torch.manual_seed(seed)
        chosen = int(torch.rand(1, 1).item() * 4)
        others = torch.multinomial(neighbours.chances, text.OTHERS, replacement=True).numpy()
        words = words_of(space, x[0])
        near = [number for place in (chosen - 1, chosen + 1) if 0 <= place < 4 for number in words[place]]
        context = table_.weight.detach().double().numpy()[near].mean(0)
        answers = neighbours.answers.weight.detach().double().numpy()
        scores = answers @ context
        expected = np.log1p(np.exp(-scores[words[chosen][0] - 2])) + np.log1p(np.exp(scores[others])).sum()
        assert loss == pytest.approx(expected, rel=1e-5)


def test_a_text_of_one_word_or_none_teaches_no_vectors():
    space = fit_space(texts("one two", "alone", ""))
    x = space.encode(texts("alone", ""))
    table_ = text.bag(space, 4)
    loss = text.Neighbours(table_, space, x)(x)
    loss.backward()
    assert loss.item() == 0
    assert not table_.weight.grad.any()


def test_words_used_alike_come_to_lie_together():
    """Of eight words the first four stand among one set of neighbours, the others among another."""
    rng = np.random.default_rng(0)
    groups = [[f"{letter}{letter}{letter}" for letter in letters] for letters in ("abcd", "efgh")]
    frames = ["{} left near", "{} right far"]
    written = [frames[g].format(rng.choice(groups[g])) for g in rng.integers(0, 2, 400)]
    space = fit_space(texts(*written))
    x = space.encode(texts(*written))
    torch.manual_seed(0)
    body = text.vectors(space, 8, "cpu")
    table_ = body.blocks[0].table
    neighbours = text.Neighbours(table_, space, x)
    optimizer = torch.optim.Adam([*table_.parameters(), *neighbours.parameters()], lr=0.03)
    for _ in range(60):
        optimizer.zero_grad()
        neighbours(x).backward()
        optimizer.step()
    body.blocks[0].rescale(x)
    one, other = (body(space.encode(texts(*group))).detach() for group in groups)
    within = torch.cdist(one, one).sum() / 12
    assert within < 0.5 * torch.cdist(one, other).mean()


def test_word_vectors_never_see_a_label_before_the_head(tmp_path):
    task, course = course_for(messages(), SHORT)

    def vectors(task: Task) -> torch.Tensor:
        return loop.train(catalog.strategy("word_vectors").phases(task), course, Shelf(tmp_path)).body.blocks[0].mean

    turned = replace(task, source=replace(task.source, y=(task.source.y + 1) % 3))
    assert torch.equal(vectors(task), vectors(turned))


def written(folder, *lines: str) -> str:
    path = folder / "some.vec"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_vectors_of_a_file_are_averaged_over_the_words_it_knows(tmp_path):
    space = fit_space(texts("Pay my bill", "my", "pay pay bill"))
    path = written(tmp_path, "3 2", "pay 1 0", "bill 0 2 ", "stranger 9 9")
    body, found = text.read(Path(path), space, "cpu")
    assert found == 2
    assert body.width == 2
    assert torch.allclose(body(space.encode(texts("pay my bill", "my my", "pay pay bill"))),
                          torch.tensor([[0.5, 1.0], [0, 0], [2 / 3, 2 / 3]]))  # fmt: skip


def test_a_file_of_vectors_needs_no_reading_of_texts_and_says_what_it_knew(tmp_path):
    rng = np.random.default_rng(0)
    words = ["close", "end", "cancel", "need", "charged", "costs", "amount", "refund", "open", "locked", "password"]
    path = written(tmp_path, "11 4", *(f"{word} {' '.join(map(str, rng.normal(size=4)))}" for word in words))
    result, told = run(messages(), "word_vectors", tmp_path / "shelf", vectors=path)
    assert {epoch.phase for epoch in told} == {"target"}
    (note,) = [note for note in result.outcome.notes if "have a vector" in note.text]
    assert note.values["found"] == 11
    assert note.values["file"] == "some.vec"
    assert note.grave


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (["pay 1 0"], "first line"),
        (["two words"], "first line"),
        (["2 2", "pay 1 0", "my 1"], "line 3 has 1 numbers instead of 2"),
        (["1 2", "pay one 0"], "could not convert"),
        (["1 2", "stranger 1 0"], "none of the 3 words"),
    ],
)
def test_a_file_that_holds_no_vectors_is_answered_in_a_sentence(tmp_path, lines, wrong):
    with pytest.raises(Unusable, match=wrong) as raised:
        text.read(Path(written(tmp_path, *lines)), fit_space(texts("pay my bill")), "cpu")
    assert "some.vec" in str(raised.value)


def test_a_missing_file_of_vectors_and_one_that_is_no_text_are_answered_too(tmp_path):
    space = fit_space(texts("pay my bill"))
    with pytest.raises(Unusable, match="cannot be read: No such file"):
        text.read(tmp_path / "none.vec", space, "cpu")
    (tmp_path / "bytes.vec").write_bytes(b"1 2\n\xff\xfe 1 2\n")
    with pytest.raises(Unusable, match=r"bytes.vec is no file of word vectors"):
        text.read(tmp_path / "bytes.vec", space, "cpu")


# Everything else that meets a text.


def test_word_vectors_are_for_texts_and_mixing_rows_is_not():
    from tlcore.plan import refusal

    assert "It needs texts." in refusal("word_vectors", table())
    assert refusal("word_vectors", messages()) is None
    assert "this data is no table" in catalog.strategy("scratch", imbalance="SMOTE").objection(messages())


def test_a_text_situation_is_planned_recorded_and_costed():
    situation = messages()
    names = ("scratch", "fine_tune", "word_vectors")
    specs = [spec_for(situation, catalog.strategy(name), SHORT, 40, 0) for name in names]
    plan = Plan(Experiment("toy", names, backbone="subword_bag", metric="accuracy"), situation, specs, {})
    told = facts(plan)
    assert told["modality"] == "text"
    assert told["counts"]["source"]["n"] == 300
    assert told["columns"] == []
    columns = ["run", "state", "scenario", "backbone", "metric", "strategy", "labels", "seed", "seconds", "epochs",
               "test_score"]  # fmt: skip
    cost = preflight(plan, pd.DataFrame(columns=columns))
    assert cost.runs == 3
    assert cost.seconds > 0


def test_the_doctor_reads_texts():
    situation = messages()
    situation.test.inputs[0], situation.test.labels[0] = situation.source.inputs[5], situation.source.labels[5]
    found = [finding.what for finding in examine(situation)]
    assert "One example of the test set is also in the source." in found


def test_texts_of_two_places_lie_apart_and_halves_of_one_do_not():
    situation = messages()
    lights = {tile.measure: tile.light for tile in measure_gap(situation.source, situation.target).measures}
    assert lights["a_distance"] == "large"
    assert "none" not in lights.values()
    rows = np.arange(len(situation.source))
    halves = [situation.source.take(rows[place::2]) for place in (0, 1)]
    lights = {tile.measure: tile.light for tile in measure_gap(*halves).measures}
    assert set(lights.values()) <= {"none", "small"}
    assert lights["mmd"] == "none"


def test_features_of_texts_are_the_same_each_time_and_nothing_else_is_held_against_them():
    situation = messages()
    once, again = (matrix(situation.source, situation.target) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert once[0].shape[1] == once[1].shape[1] <= 50
    with pytest.raises(Unusable, match="tables with texts"):
        matrix(situation.source, table().source)
    with pytest.raises(Unusable, match="hardly a word"):
        matrix(texts("", "!"), texts("?", ""))


def test_pictures_and_counts_of_texts_exist():
    situation = messages()
    dots = embedding(situation.source, situation.target)
    assert len(dots) == 400
    assert dots[["x", "y"]].notna().all(axis=None)
    assert drift(situation.source, situation.target).empty
    assert len(label_shift(situation)) == 3
    assert imbalance.counts(situation, 40)["count"].sum() == 300 + 40 + 200


def test_unlabelled_texts_join_the_pool():
    situation = messages()
    more = Situation(
        source=situation.source, target=situation.target, test=situation.test, label="reason", modality="text",
        unlabelled=texts("a word nobody labelled"),
    )  # fmt: skip
    assert len(split(more, 40, 0).unlabelled) == 161
    task, _ = dealt(more)
    assert "labelled" in task.space.vocabulary
    assert backbone_for(more).name == "subword_bag"

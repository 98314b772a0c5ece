"""Distillation in three ways: each piece against its definition, each method at the edge of its knobs."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from learning import SHORT, course_for, dealt, run
from toys import other_classes, pictures, table

from tlcore import catalog
from tlcore.learn import distilling, losses, nets
from tlcore.words import told


@pytest.fixture(scope="module")
def gallery():
    """A task of pictures, its student and its teacher."""
    task, _ = dealt(pictures())
    return task, task.model(scale=0.5).eval(), nets.frozen_copy(task.model())


@pytest.mark.parametrize("toy", [table, pictures])
def test_without_hints_the_student_learns_from_answers_alone(toy, tmp_path):
    plain, _ = run(toy(), "distillation", tmp_path)
    bare, epochs = run(toy(), "hint_distillation", tmp_path, hints=0.0)
    assert bare.outcome.test == plain.outcome.test
    assert "hints" not in {epoch.phase for epoch in epochs}
    hinted, _ = run(toy(), "hint_distillation", tmp_path)
    assert hinted.outcome.test != plain.outcome.test


def test_without_attention_the_student_learns_from_answers_alone(tmp_path):
    plain, _ = run(pictures(), "distillation", tmp_path)
    bare, _ = run(pictures(), "attention_distillation", tmp_path, weight=0.0)
    assert bare.outcome.test == plain.outcome.test
    attentive, _ = run(pictures(), "attention_distillation", tmp_path)
    assert attentive.outcome.test != plain.outcome.test


def test_an_attention_map_is_its_definition():
    maps = np.random.default_rng(0).normal(size=(5, 3, 4, 6))
    flat = (maps**2).sum(1).reshape(5, -1)
    expected = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    assert np.allclose(distilling.attention(torch.from_numpy(maps)).numpy(), expected)


def test_attention_does_not_ask_how_many_maps_there_are_or_how_strong_they_are():
    maps = torch.randn(4, 3, 5, 5, dtype=torch.double)
    assert distilling.attention_gap(7 * maps, torch.cat([maps, maps], 1)).item() == pytest.approx(0, abs=1e-12)


def test_the_attention_gap_lies_between_alike_and_nothing_in_common():
    left, right = torch.zeros(2, 1, 2, 2), torch.zeros(2, 1, 2, 2)
    left[..., 0], right[..., 1] = 1.0, 1.0
    assert distilling.attention_gap(left, left).item() == 0
    assert distilling.attention_gap(left, right).item() == pytest.approx(2)


def test_the_larger_attention_map_is_brought_to_the_smaller_ones_size():
    small = torch.rand(3, 2, 4, 4)
    large = small.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert distilling.attention_gap(large, small).item() == pytest.approx(0, abs=1e-10)


def test_watching_a_network_changes_nothing_it_says(gallery):
    task, student, _ = gallery
    with torch.no_grad():
        answer, maps = distilling.watched(student, task.source.x[:8])
        assert torch.equal(answer, student(task.source.x[:8]))
    assert [each.shape[2] for each in maps] == [12, 6]  # the last stage's maps too, from before its pooling


def test_the_gradient_of_attention_is_that_of_its_value():
    ours = torch.rand(2, 2, 3, 3, dtype=torch.double, requires_grad=True)
    theirs = torch.rand(2, 4, 3, 3, dtype=torch.double)
    assert torch.autograd.gradcheck(lambda maps: distilling.attention_gap(maps, theirs), (ours,))


def test_halves_put_together_are_the_whole(gallery):
    task, student, _ = gallery
    lower, upper = distilling.halves(student)
    with torch.no_grad():
        assert torch.equal(upper(lower(task.source.x[:8])), student(task.source.x[:8]))


@pytest.mark.parametrize("toy", [table, pictures, other_classes])
def test_a_teacher_grafted_onto_itself_needs_only_the_identity(toy):
    """With the translation set to the identity, the graft of a teacher on its own copy is the teacher."""
    task, _ = dealt(toy())
    teacher = nets.frozen_copy(task.model())
    graft = distilling.Grafted(nets.frozen_copy(teacher), teacher, task).eval()
    with torch.no_grad():
        weight = graft.translate.match.weight
        weight.copy_(torch.eye(len(weight)).reshape(weight.shape))
        graft.translate.match.bias.zero_()
        assert torch.allclose(graft(task.source.x), teacher(task.source.x), atol=1e-5)
        batch = next(iter(task.source))
        assert graft.objective(batch, 0.0)["hint"].item() == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [((4, 3), (4, 5)), ((4, 3, 6, 6), (4, 5, 6, 6)), ((4, 3, 6, 6), (4, 5, 3, 3)), ((4, 3, 6, 6), (4, 5)),
     ((4, 3), (4, 5, 2, 2)), ((4, 7, 3), (4, 7, 5))],
)  # fmt: skip
def test_a_translation_speaks_in_the_teachers_shape(ours, theirs):
    ours, theirs = torch.randn(ours), torch.randn(theirs)
    assert distilling.Translation(ours, theirs)(ours).shape == theirs.shape


def test_hints_move_the_students_lower_half_and_nothing_else():
    task, course = course_for(table(), SHORT)
    story = catalog.strategy("hint_distillation").phases(task)
    from tlcore.learn import loop

    for phase in story:
        if phase.name == "hints":
            before = nets.digest(phase.predictor.upper), nets.digest(phase.predictor.hint)
            lower = nets.digest(phase.predictor.lower)
            loop.fit(phase, course)
            assert (nets.digest(phase.predictor.upper), nets.digest(phase.predictor.hint)) == before
            assert nets.digest(phase.predictor.lower) != lower
            return
        loop.fit(phase, course)
    pytest.fail("There was no phase of hints.")


def test_the_teacher_gets_no_gradient(gallery):
    task, student, teacher = gallery
    batch = next(iter(task.source))
    graft = distilling.Grafted(student, teacher, task)
    for objective in (
        losses.distilled(student, teacher, 3.0, 0.7),
        distilling.attentive(student, teacher, 3.0, 0.7, 10.0),
        graft.objective,
    ):
        sum(objective(batch, 0.5).values()).backward()
    assert all(weight.grad is None for weight in teacher.parameters())


@pytest.mark.parametrize("name", ["distillation", "hint_distillation", "attention_distillation"])
def test_a_teacher_may_be_another_network(name, tmp_path):
    """Here it happens to be the chosen one, at its full default width."""
    same, _ = run(pictures(), name, tmp_path)
    other, epochs = run(pictures(), name, tmp_path, teacher="small_cnn")
    assert other.outcome.test != same.outcome.test
    weights = [note.values["weights"] for result in (same, other) for note in result.outcome.notes[:1]]
    assert weights[1] > 4 * weights[0]
    assert epochs[0].phase == "teacher"


def test_a_teacher_that_reads_something_else_is_refused_in_a_sentence():
    objection = catalog.strategy("distillation", teacher="small_cnn").objection(table())
    assert objection == "The backbone 'small_cnn' reads images, but this data is made of tables."
    assert catalog.strategy("distillation", teacher="mlp").objection(table()) is None


def test_attention_is_for_pictures():
    from tlcore import plan

    assert plan.refusal("attention_distillation", table()).endswith("It needs images.")
    assert plan.refusal("attention_distillation", pictures()) is None


def test_a_run_says_what_the_student_saves_and_keeps(tmp_path):
    notes = run(table(), "distillation", tmp_path)[0].outcome.notes
    sentences = [told(note) for note in notes]
    assert not any(note.grave for note in notes[:3])
    assert re.match(r"The teacher has \d[\d,]* weights", sentences[0])
    assert notes[1].values["weights"] < notes[0].values["weights"]
    kept = notes[2].values
    assert kept["kept"] == pytest.approx(kept["student"] / kept["teacher"])


def test_size_and_skill_are_counted_as_by_hand():
    task, _ = dealt(table())
    model = task.model().eval()
    cost = distilling.cost(model, task.source_valid)
    assert cost["weights"] == sum(weight.numel() for weight in model.parameters())
    stored = [tensor.element_size() * tensor.numel() for tensor in model.state_dict().values()]
    assert cost["megabytes"] == pytest.approx(sum(stored) / 1e6)
    with torch.no_grad():
        right = (model(task.source_valid.x).argmax(1) == task.source_valid.y).numpy()
    truth = task.source_valid.y.numpy()
    by_class = [right[truth == place].mean() for place in (0, 1)]
    assert distilling.skill(model, task.source_valid) == pytest.approx(np.mean(by_class))


def test_a_student_that_predicts_numbers_keeps_a_share_of_r2(tmp_path):
    notes = run(table("regression"), "hint_distillation", tmp_path)[0].outcome.notes
    assert any("R2" in note.text for note in notes)

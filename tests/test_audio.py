"""Sounds: pitches over time, networks that hear, sounds changed a little; and everything else that meets a sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import encoders
import numpy as np
import pytest
import torch
from learning import SHORT, dealt, network_name, run, spec_for
from toys import calls, messages, table

from tlcore import catalog, mel, plan
from tlcore.errors import Unusable
from tlcore.files.doctor import examine
from tlcore.learn import augment, memory, nets
from tlcore.learn.run import carry_out
from tlcore.learn.shelf import Shelf
from tlcore.learn.sounds import MOST_COLUMNS, LogMel
from tlcore.learn.space import fit_space
from tlcore.learn.space_audio import AudioSpace, lengths, log_mel
from tlcore.measure.drift import drift, embedding, label_shift
from tlcore.measure.features import describe, matrix
from tlcore.measure.gap import measure_gap
from tlcore.situation import Examples
from tlcore.spec import Experiment, RunSpec, Training
from tlcore.store.facts import facts

TOY = calls()
BRIEF = Training(epochs=2, batch=16, least_steps=2)


def tone(pitch: float, samples: int = 4000, loud: float = 1.0) -> np.ndarray:
    return np.rint(32_767 * loud * np.sin(2 * np.pi * pitch * np.arange(samples) / mel.RATE)).astype(np.int16)


def noise(count: int, samples: int, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=(count, samples)) * 3000).astype(np.int16)


# Pitches.


def test_a_filter_peaks_at_its_own_pitch_and_ends_where_its_neighbours_peak():
    """Against the definition, band by band: pitch is 2595 log10(1 + f / 700)."""
    filters = mel.mel_filters(40)
    hertz = np.linspace(0, 8000, 257)
    pitch, top = 2595 * np.log10(1 + hertz / 700), 2595 * np.log10(1 + 8000 / 700)
    for band, row in enumerate(filters, 1):
        low, middle, high = (700 * (10 ** (top * edge / 41 / 2595) - 1) for edge in (band - 1, band, band + 1))
        assert (row[(hertz <= low) | (hertz >= high)] == 0).all()
        inside = (hertz > low) & (hertz < high)
        expected = [(f - low) / (middle - low) if f < middle else (high - f) / (high - middle) for f in hertz[inside]]
        assert row[inside] == pytest.approx(expected)
    assert (np.diff(filters.argmax(1)) >= 0).all()
    assert pitch[-1] == pytest.approx(top)


@pytest.mark.parametrize("bands", [16, 40, 64])
def test_no_band_is_deaf(bands):
    assert (mel.mel_filters(bands).max(1) > 0).all()


def test_pages_and_networks_hear_the_same():
    sounds = noise(3, 3000)
    sounds[1, 1500:] = 0
    sounds[2] = 0
    assert np.allclose(mel.log_mel(sounds), log_mel(torch.from_numpy(sounds), mel.BANDS).numpy(), atol=1e-5)
    short = sounds[:, :100]
    assert mel.log_mel(short).shape == tuple(log_mel(torch.from_numpy(short), mel.BANDS).shape) == (3, mel.BANDS, 1)


def test_a_full_tone_in_the_middle_of_a_band_is_loudest_there_and_silence_is_quietest():
    corners = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + 8000 / 700), 42) / 2595) - 1)
    for band in (10, 20, 35):
        levels = mel.log_mel(tone(corners[band + 1])[None])[0].mean(1)
        assert levels.argmax() == band
        assert levels[band] == pytest.approx(1, abs=0.05)
    assert (mel.log_mel(np.zeros((1, 4000), np.int16)) == -1).all()


def test_twenty_decibels_softer_is_half_a_unit_less():
    loud, soft = (mel.log_mel(tone(1000, loud=loud)[None])[0].max() for loud in (0.5, 0.05))
    assert loud - soft == pytest.approx(20 * 2 / mel.QUIETEST, abs=0.01)


def test_a_sound_ends_with_its_last_sample_that_is_not_zero():
    sounds = np.zeros((4, 50), np.int16)
    sounds[0, 10] = sounds[1, 49] = sounds[2, 0] = -5
    sounds[0, 3] = 1
    assert mel.lengths(sounds).tolist() == [11, 50, 1, 0]
    assert lengths(torch.from_numpy(sounds)).tolist() == [11, 50, 1, 1]


# The space.


def test_sounds_of_a_space_are_as_long_as_the_longest_it_was_made_for():
    space = fit_space(Examples(noise(2, 900)), Examples(noise(2, 1200)))
    assert space == AudioSpace(1200)
    x = space.encode(Examples(noise(2, 900)))
    assert (x.dtype, tuple(x.shape)) == (torch.int16, (2, 1200))
    assert not x[:, 900:].any()
    assert space.encode(Examples(noise(2, 2000))).shape == (2, 1200)
    assert fit_space(Examples(noise(2, 10))).samples == mel.WINDOW


def test_columns_are_means_and_spreads_of_levels_and_of_their_changes():
    """Against plain NumPy, sound by sound, without what lies behind the end."""
    sounds = noise(3, 4000)
    sounds[1, 2500:] = 0
    sounds[2, 300:] = 0
    space = AudioSpace(4000)
    ours = space.design(torch.from_numpy(sounds))
    for row, sound, end in zip(ours, sounds, (4000, 2500, 300), strict=True):
        levels = mel.log_mel(sound[None, : max(end, mel.WINDOW)])[0].astype(np.float64)
        changes = np.diff(levels, axis=1)
        some = changes if changes.shape[1] else np.zeros((mel.BANDS, 1))
        expected = np.concatenate([levels.mean(1), levels.std(1), some.mean(1), some.std(1)])
        assert row == pytest.approx(expected, abs=1e-4)


def test_silence_behind_a_sound_does_not_change_its_columns():
    sounds = noise(2, 3000)
    longer = np.pad(sounds, ((0, 0), (0, 2000)))
    assert AudioSpace(3000).design(torch.from_numpy(sounds)) == pytest.approx(
        AudioSpace(5000).design(torch.from_numpy(longer)), abs=1e-5
    )


def test_no_sound_at_all_is_a_sound_too():
    space = AudioSpace(1000)
    silent = torch.zeros(2, 1000, dtype=torch.int16)
    assert np.isfinite(space.design(silent)).all()
    assert augment.strong(space)(silent).isfinite().all()
    assert space.design(silent[:0]).shape == (0, 160)


# Networks.


def test_a_picture_of_a_sound_is_bounded_in_grey_and_in_width():
    picture = LogMel(16)(torch.from_numpy(noise(2, 3 * mel.RATE)))
    assert tuple(picture.shape) == (2, 1, 16, MOST_COLUMNS)
    assert 0 <= picture.min() < picture.max() <= 255
    assert LogMel(16)(torch.from_numpy(noise(2, 4000))).shape[3] == 1 + (4000 - mel.WINDOW) // mel.HOP


def test_many_sounds_are_heard_as_each_alone(monkeypatch):
    x = torch.from_numpy(noise(5, 2000))
    whole = log_mel(x, 20)
    monkeypatch.setattr("tlcore.learn.space_audio.AT_ONCE", 4000)
    assert torch.equal(log_mel(x, 20), whole)


@pytest.mark.parametrize("name", ["fine_tune", "scratch", "logistic_regression", "nearest_mean"])
def test_strategies_learn_what_they_hear(name, tmp_path):
    result, _ = run(TOY, name, tmp_path, training=replace(SHORT, epochs=12, least_steps=8))
    assert result.outcome.test["accuracy"] > 0.6


def test_a_network_hears_the_target_better_for_having_heard_the_source(tmp_path):
    training = replace(SHORT, epochs=6, least_steps=4)
    scores = {name: run(TOY, name, tmp_path, training=training, labels=12)[0] for name in ("fine_tune", "scratch")}
    assert scores["fine_tune"].outcome.test["accuracy"] > scores["scratch"].outcome.test["accuracy"] + 0.05


# Encoders.


@pytest.fixture(scope="module", params=[("wav2vec2", False), ("wav2vec2", True), ("hubert", False), ("wavlm", True)])
def folder(request, tmp_path_factory) -> Path:
    kind, masked = request.param
    return encoders.hearing(tmp_path_factory.mktemp("hearing"), kind, masked=masked)


@pytest.fixture(scope="module")
def wav2vec(tmp_path_factory) -> Path:
    return encoders.hearing(tmp_path_factory.mktemp("wav2vec"))


def encoder(place: Path):
    return catalog.backbone("audio_encoder", weights=str(place))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_features_are_those_of_the_library_over_the_frames_that_hold_sound(folder):
    from transformers import AutoFeatureExtractor, AutoModel

    sounds = noise(3, 4000)
    sounds[1, 2600:] = 0
    body = encoder(folder).build(AudioSpace(4000)).eval()
    extract, model = AutoFeatureExtractor.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    waves = [sound[:end] / 32_768 for sound, end in zip(sounds, (4000, 2600, 4000), strict=True)]
    # Each as it would be heard alone, then zeros: what the library does to encoders that take no mask shifts them.
    alone = [extract(wave, sampling_rate=mel.RATE).input_values[0] for wave in waves]
    given = {
        "input_values": torch.from_numpy(np.stack([np.pad(wave, (0, 4000 - len(wave))) for wave in alone])).float()
    }
    if extract.return_attention_mask:
        given["attention_mask"] = (given["input_values"] != 0).long()
    with torch.no_grad():
        hidden = model(**given).last_hidden_state
        ours = body(torch.from_numpy(sounds))
    for row, states, end in zip(ours, hidden, (4000, 2600, 4000), strict=True):
        frames = int(model._get_feat_extract_output_lengths(torch.tensor(end)))
        assert frames < states.shape[0] or end == 4000
        assert torch.allclose(row, states[:frames].mean(0), atol=1e-4)


def carried_out(name: str, backbone, shelf: Path):
    strategy = catalog.strategy(name)
    few = replace(
        TOY, source=TOY.source.take(np.arange(40)), target=TOY.target.take(np.arange(40)),
        test=TOY.test.take(np.arange(30)),
    )  # fmt: skip
    spec = RunSpec("toy", {}, name, strategy.knobs, 20, 0, backbone.name, plan.headline(few), BRIEF)
    return carry_out(
        strategy.phases, spec, few, backbone, catalog.metrics(), device="cpu", report=lambda epoch: None,
        shelf=Shelf(shelf),
    )  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["fine_tune", "adapters", "lora", "bitfit", "gradual_unfreezing", "discriminative_rates", "pretrained_probe",
     "pretrained_forest", "distillation", "scratch", "fixmatch"],
)  # fmt: skip
def test_strategies_work_on_an_encoder_of_sounds(name, wav2vec, tmp_path):
    result = carried_out(name, encoder(wav2vec), tmp_path)
    assert all(np.isfinite(value) for value in result.outcome.test.values())


def test_training_an_encoder_is_decided_by_the_seed(wav2vec, tmp_path):
    once, again = (carried_out("fine_tune", encoder(wav2vec), tmp_path / place) for place in "ab")
    assert once.outcome.test == again.outcome.test


def test_what_was_heard_is_remembered_by_how_it_was_heard(wav2vec, tmp_path):
    """With zeros behind it, a sound is another one to an encoder that takes no mask."""
    short, long = AudioSpace(4000), AudioSpace(6000)
    some = Examples(noise(2, 4000))
    with memory.at(tmp_path):
        for space in (short, long, short):
            body, x = encoder(wav2vec).build(space), space.encode(some)
            assert torch.allclose(nets.answers(body, x), body.eval()(x), atol=1e-5)
    assert len(list(tmp_path.iterdir())) == 2


def test_an_encoder_that_hears_no_waveforms_or_another_rate_is_refused_in_a_sentence(tmp_path):
    import json

    with pytest.raises(Unusable, match=r"'bert' .* is no encoder of waveforms"):
        encoder(encoders.bert(tmp_path / "bert", ["word"])).build(AudioSpace(4000))
    place = encoders.hearing(tmp_path / "slow")
    settings = json.loads((place / "preprocessor_config.json").read_text()) | {"sampling_rate": 8000}
    (place / "preprocessor_config.json").write_text(json.dumps(settings))
    with pytest.raises(Unusable, match="hears 8,000 samples a second"):
        encoder(place).build(AudioSpace(4000))


def test_an_encoder_with_half_of_its_weights_is_refused_and_one_that_masks_nothing_is_whole(wav2vec, tmp_path):
    half = encoders.changed(wav2vec, tmp_path / "half", lambda name, x: None if "layers.1" in name else x)
    with pytest.raises(Unusable, match=r"not whole: 'encoder\.layers\.1"):
        encoder(half).build(AudioSpace(4000))
    plain = encoders.changed(wav2vec, tmp_path / "plain", lambda name, x: None if "masked" in name else x)
    assert encoder(plain).build(AudioSpace(4000)).costly


def test_the_published_encoder_has_as_many_weights_as_is_said():
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    with torch.device("meta"):
        model = Wav2Vec2Model(Wav2Vec2Config())
    published = catalog.backbone("wav2vec2").published
    assert published.parameters == sum(weight.numel() for weight in model.parameters())
    assert "set its repository" in catalog.backbone("audio_encoder").objection()
    assert network_name(TOY) == "log_mel_cnn"


# Sounds changed a little.


def test_a_moved_sound_is_the_same_sound_a_little_earlier_or_later():
    x = torch.from_numpy(np.pad(noise(30, 2000), ((0, 0), (0, 1000))))
    torch.manual_seed(0)
    moved = augment.weak(AudioSpace(3000))(x)
    shifts = []
    for before, after in zip(x.float(), moved, strict=True):
        fits = torch.nn.functional.conv1d(after[None, None], before[None, None], padding=300)[0, 0]
        shifts.append(int(fits.argmax()) - 300)
        ratio = after.square().mean().sqrt() / before.square().mean().sqrt()
        assert 0.4 < ratio < 2.1
    assert min(shifts) < -20
    assert max(shifts) > 20
    assert max(map(abs, shifts)) <= 200
    assert not moved[:, 2200:].any()


def test_moments_of_a_sound_are_silenced_and_the_rest_stays():
    x = torch.from_numpy(noise(50, 2000)).float() + 10_000
    torch.manual_seed(0)
    less = augment.silenced(x)
    assert ((less == x) | (less == 0)).all()
    gone = (less == 0).float().mean(1)
    assert 0.1 < gone.mean() < 0.3
    assert gone.max() <= augment.GAPS * augment.GAP
    edges = (less[0] == 0).float().diff().abs().sum()
    assert edges <= 2 * augment.GAPS


def test_weak_changes_less_than_strong_as_it_is_heard():
    task, _ = dealt(TOY)
    x = task.source.x
    torch.manual_seed(0)
    weak, strong = (change(task.space)(x) for change in (augment.weak, augment.strong))
    heard = [log_mel(sounds, 40) for sounds in (x, weak, strong)]
    assert weak.shape == strong.shape == x.shape
    assert 0 < (heard[1] - heard[0]).abs().mean() < (heard[2] - heard[0]).abs().mean()
    assert task.source.augment is augment.moved


# Everything else that meets a sound.


def test_what_is_for_texts_images_or_tables_says_so():
    assert "It needs texts." in plan.refusal("word_vectors", TOY)
    assert "this data is no table" in catalog.strategy("scratch", imbalance="SMOTE").objection(TOY)
    with pytest.raises(Unusable, match="reads tables"):
        plan.backbone_for("mlp", TOY)


def test_sounds_of_two_rooms_lie_apart_and_halves_of_one_do_not():
    lights = {tile.measure: tile.light for tile in measure_gap(TOY.source, TOY.target).measures}
    assert lights["a_distance"] == "large"
    rows = np.arange(len(TOY.source))
    halves = [TOY.source.take(rows[place::2]) for place in (0, 1)]
    lights = {tile.measure: tile.light for tile in measure_gap(*halves).measures}
    assert set(lights.values()) <= {"none", "small"}


def test_features_of_sounds_are_told_by_name_and_nothing_else_is_held_against_them():
    told = describe(TOY.source, TOY.target)
    assert told.matrices[0].shape == (240, 80)
    assert told.owners[0] == "mean of pitch 1"
    assert told.matrices[0].mean(0) == pytest.approx(np.zeros(80), abs=0.02)
    again = matrix(TOY.source, TOY.target)
    assert all(np.array_equal(a, b) for a, b in zip(told.matrices, again, strict=True))
    with pytest.raises(Unusable, match="sounds with tables"):
        matrix(TOY.source, table().source)
    with pytest.raises(Unusable, match="sounds with texts"):
        matrix(TOY.source, messages().source)


def test_pictures_counts_and_findings_of_sounds_exist():
    assert embedding(TOY.source, TOY.target)[["x", "y"]].notna().all(axis=None)
    assert drift(TOY.source, TOY.target).empty
    assert len(label_shift(TOY)) == 3
    copied = calls()
    copied.test.inputs[0], copied.test.labels[0] = copied.source.inputs[5], copied.source.labels[5]
    assert any("also in the source" in finding.what for finding in examine(copied))


def test_a_situation_of_sounds_is_recorded():
    specs = [spec_for(TOY, catalog.strategy("scratch"), SHORT, 40, 0)]
    told = facts(plan.Plan(Experiment("toy", ("scratch",), backbone="log_mel_cnn", metric="accuracy"), TOY, specs, {}))
    assert told["modality"] == "audio"
    assert told["counts"]["source"]["n"] == 240


def test_a_card_plays_sounds():
    from streamlit.testing.v1 import AppTest

    def page():
        from toys import calls

        from pages.parts import cards

        situation = calls()
        cards.domain("Source", "", situation.source, situation)
        cards.sample(situation.source)

    app = AppTest.from_function(page).run()
    assert not app.exception
    assert [metric.label for metric in app.metric] == ["Examples", "Seconds (median)", "Rarest class"]
    assert app.metric[1].value == "0.2"
    assert len(app.get("audio")) == 6

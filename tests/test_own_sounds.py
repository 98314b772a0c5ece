"""Own sounds: WAV files of any rate and width in class folders, and all that can be wrong with them."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from tlcore.cli import main
from tlcore.errors import Unusable
from tlcore.files import Files, Findings, digest, examine, modality_of, situation
from tlcore.files.sounds import heard, read_sounds
from tlcore.mel import LOUDEST, RATE, lengths


def tone(pitch: float, seconds: float = 0.5, rate: int = RATE, loud: float = 0.5) -> np.ndarray:
    return loud * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)


def wav(samples: np.ndarray, rate: int = RATE) -> bytes:
    file = io.BytesIO()
    wavfile.write(file, rate, samples)
    return file.getvalue()


def sixteen(samples: np.ndarray) -> np.ndarray:
    return np.rint(samples * 32767).astype(np.int16)


def folder(root: Path, each: int = 10, offset: int = 0) -> Path:
    for name, pitch in (("low", 300.0), ("high", 2000.0)):
        (root / name).mkdir(parents=True)
        for place in range(each):
            sound = tone(pitch + 7 * (place + offset), 0.1 + 0.01 * place)
            (root / name / f"{place}.wav").write_bytes(wav(sixteen(sound)))
    return root


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def in_24_bits(samples: np.ndarray) -> bytes:
    """A WAV of 24 bits, put together by hand: the library writes none."""
    data = b"".join(struct.pack("<i", int(value * 8388607))[:3] for value in samples)
    form = struct.pack("<HHIIHH", 1, 1, RATE, RATE * 3, 3, 24)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


# One sound.

SOUND = tone(440.0, 0.2)
WIDTHS = {
    "8 bits": wav((SOUND * 127 + 128).astype(np.uint8)),
    "16 bits": wav(sixteen(SOUND)),
    "24 bits": in_24_bits(SOUND),
    "32 bits": wav((SOUND * 2147483647).astype(np.int32)),
    "floats": wav(SOUND.astype(np.float32)),
    "wide floats": wav(SOUND),
    "two channels": wav(np.stack([sixteen(SOUND)] * 2, 1)),
}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_sound_is_the_same_however_it_was_written(width):
    read = heard(WIDTHS[width], 1.0)
    assert read.dtype == np.int16
    assert len(read) == len(SOUND)
    assert np.abs(read / LOUDEST - SOUND).max() < (1 / 64 if width == "8 bits" else 1 / 10_000)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_a_tone_keeps_its_pitch_and_length_from_any_rate(rate):
    read = heard(wav(sixteen(tone(1000.0, 0.5, rate)), rate), 1.0)
    assert abs(len(read) - RATE / 2) <= 1
    spectrum = np.abs(np.fft.rfft(read * np.hanning(len(read))))
    assert spectrum.argmax() * RATE / len(read) == pytest.approx(1000, abs=4)


def test_what_is_above_half_the_rate_does_not_come_back_as_another_pitch():
    low, high = (heard(wav(sixteen(tone(pitch, 0.5, 48_000)), 48_000), 1.0) for pitch in (3000.0, 13_000.0))
    assert np.abs(high[1000:-1000]).max() < 0.01 * np.abs(low).max()


def test_channels_are_averaged():
    both = np.stack([sixteen(tone(440.0)), -sixteen(tone(440.0))], 1)
    assert not heard(wav(both), 1.0).any()


def test_floats_beyond_full_scale_are_clipped_and_no_number_is_silence():
    read = heard(wav(np.array([2.0, -3.0, np.nan, np.inf, 0.25], np.float32)), 1.0)
    assert read.tolist() == [LOUDEST - 1, -LOUDEST, 0, LOUDEST - 1, LOUDEST // 4]


GOOD = wav(sixteen(tone(440.0)))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"no sound at all", b"RIFF\x10\0\0\0WAVEfmt ", GOOD[: len(GOOD) // 2], GOOD[:44], wav(sixteen(SOUND), 100),
        GOOD[:24] + struct.pack("<I", 2**31) + GOOD[28:], GOOD[:20] + struct.pack("<H", 85) + GOOD[22:],
        GOOD[:22] + struct.pack("<H", 0) + GOOD[24:],
    ],
    ids=["empty", "text", "cut header", "half", "no samples", "slow", "impossible rate", "MP3 inside", "no channel"],
)  # fmt: skip
def test_what_is_no_whole_wav_is_no_sound(raw):
    assert heard(raw, 1.0) is None


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_byte_never_raises(seed):
    rng = np.random.default_rng(seed)
    raw = bytearray(GOOD[:400])
    for place in rng.integers(0, 60, 3):
        raw[place] = rng.integers(256)
    read = heard(bytes(raw), 1.0)
    assert read is None or read.dtype == np.int16


# Folders of them.


def test_sounds_are_as_long_as_the_longest_and_labelled_by_their_folder(tmp_path):
    read = read_sounds(folder(tmp_path / "a"))
    assert read.modality == "audio"
    assert read.inputs.shape == (20, round(0.19 * RATE))
    assert sorted(set(read.labels)) == ["high", "low"]
    first = read.names.index("low/0.wav")
    assert lengths(read.inputs)[first] == pytest.approx(0.1 * RATE, abs=2)


def test_a_long_sound_is_cut_and_named(tmp_path):
    root, found = folder(tmp_path / "a"), Findings()
    (root / "low" / "long.wav").write_bytes(wav(sixteen(tone(300, 0.8))))
    (root / "low" / "hardly.wav").write_bytes(wav(sixteen(tone(301, 0.52))))
    assert read_sounds(root, 0.5, found).inputs.shape == (22, RATE // 2)
    assert [finding.rows for finding in found] == [["low/long.wav"]]
    assert "One of the sounds in a is longer than 0.5 seconds" in found[0].what


def test_a_damaged_sound_among_good_ones_is_named_and_skipped(tmp_path):
    root, found = folder(tmp_path / "a"), Findings()
    (root / "low" / "half.wav").write_bytes(GOOD[: len(GOOD) // 2])
    (root / "high" / "text.wav").write_text("no sound")
    assert len(read_sounds(root, found=found)) == 20
    assert found[0].severity == "warning"
    assert sorted(found[0].rows) == ["high/text.wav", "low/half.wav"]


def test_a_zip_gives_what_its_folder_gives(tmp_path):
    root = folder(tmp_path / "a")
    members = {f"wrapped/{file.relative_to(root)}": file.read_bytes() for file in root.rglob("*.wav")}
    path = zipped(tmp_path / "a.zip", {**members, "wrapped/readme.txt": b"x", "__MACOSX/low/._0.wav": b"x"})
    assert modality_of(path) == modality_of(root) == "audio"
    assert np.array_equal(read_sounds(path).inputs, read_sounds(root).inputs)


@pytest.mark.parametrize("name", ["../evil.wav", "/etc/evil.wav", "low\\..\\..\\evil.wav"])
def test_a_zip_that_points_outside_itself_is_refused_and_writes_nothing(tmp_path, name):
    path = zipped(tmp_path / "a.zip", {"low/a.wav": GOOD, name: GOOD})
    with pytest.raises(Unusable, match="unsafe"):
        read_sounds(path)
    assert [other.name for other in tmp_path.iterdir()] == ["a.zip"]


def test_more_sounds_than_memory_holds_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tlcore.files.sounds.MOST_BYTES", 20_000)
    with pytest.raises(Unusable, match="choose fewer seconds"):
        read_sounds(folder(tmp_path / "a"))
    assert len(read_sounds(tmp_path / "a", 0.02)) == 20


def test_a_transcript_beside_a_sound_and_lists_of_files_do_not_count(tmp_path):
    root = folder(tmp_path / "a")
    before = digest(Files(source=str(root)))
    for file in list(root.rglob("*.wav")):
        file.with_suffix(".txt").write_text("what was said")
    (root / "testing_list.txt").write_text("low/0.wav")
    assert modality_of(root) == "audio"
    assert digest(Files(source=str(root))) == before
    (root / "low" / "0.wav").write_bytes(GOOD)
    assert digest(Files(source=str(root))) != before


def test_two_folders_become_a_situation_of_one_length_without_copies(tmp_path):
    source, target = folder(tmp_path / "source"), folder(tmp_path / "target", offset=1000)
    copy = wav(np.concatenate([sixteen(tone(300.0, 0.1)), np.zeros(9000, np.int16)]))
    (target / "low" / "copy.wav").write_bytes(copy)  # of low/0.wav, with silence behind
    files = Files(source=str(source), target=str(target))
    drawn = situation(files)
    assert drawn.modality == "audio"
    assert drawn.source.inputs.shape[1] == drawn.target.inputs.shape[1]
    assert (len(drawn.source), len(drawn.target)) == (19, 21)
    assert any("exact copy of another one" in finding.what for finding in examine(files))


def test_sounds_and_images_cannot_be_mixed(tmp_path):
    from PIL import Image

    for name in ("a", "b"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        Image.new("RGB", (4, 4)).save(tmp_path / "pictures" / name / "1.png")
    with pytest.raises(Unusable, match=r"cannot be mixed .*\(sounds\).*\(images\)"):
        situation(Files(source=str(folder(tmp_path / "a")), target=str(tmp_path / "pictures")))


def test_check_and_gap_read_folders_of_sounds(tmp_path, capsys):
    data = ["--source", str(folder(tmp_path / "a")), "--target", str(folder(tmp_path / "b", offset=30))]
    assert main(["check", *data]) == 0
    assert main(["gap", *data, "--seconds", "0.2"]) == 0
    assert "a_distance" in capsys.readouterr().out

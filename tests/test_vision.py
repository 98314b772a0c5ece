"""torchvision opens through its one door, whichever torch is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[1]


def test_models_and_transforms_work_beside_any_torch():
    from tlcore.learn.vision import torchvision

    torch.manual_seed(0)
    network = torchvision.models.mobilenet_v2(weights=None, num_classes=3).eval()
    images = torchvision.transforms.functional.resize(torch.rand(2, 3, 40, 40), [32, 32])
    with torch.no_grad():
        answer = network(images)
    assert answer.shape == (2, 3)
    assert torch.isfinite(answer).all()


def test_schemas_are_declared_only_where_the_real_operators_are_missing():
    """The real ones suppress a box; declared ones say by name that they cannot run here."""
    from tlcore.learn.vision import torchvision

    boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 1.9], [5.0, 5.0, 6.0, 6.0]])
    scores = torch.tensor([0.9, 0.8, 0.7])
    if torchvision.extension._has_ops():
        assert torchvision.ops.nms(boxes, scores, 0.5).tolist() == [0, 2]
    else:
        with pytest.raises((RuntimeError, NotImplementedError), match=r"C\+\+ ops|torchvision::nms"):
            torchvision.ops.nms(boxes, scores, 0.5)


def test_the_door_opens_in_a_fresh_process_and_twice():
    code = "from tlcore.learn import vision; import torchvision; assert vision.torchvision is torchvision"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nobody_else_imports_torchvision():
    """An import past the door works on the machine it was written on and fails on the next."""
    for path in [*(ROOT / "tlcore").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        if path.name == "vision.py":
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        past = [line for line in lines if line.strip().startswith(("import torchvision", "from torchvision"))]
        assert not past, f"{path.relative_to(ROOT)} imports torchvision itself: {past}"

"""Stand-ins for public data sets: tiny files in their genuine formats, served on loopback as the real hosts would."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit

import numpy as np
import pandas as pd
from PIL import Image
from scipy.io import savemat
from sklearn.datasets import dump_svmlight_file


class Host:
    """A host on loopback. ``files`` are its answers by path, ``asked`` the requests it got, ``cut`` what breaks off."""

    def __init__(self, address: str):
        self.address = address
        self.files: dict[str, bytes] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.cut: set[str] = set()

    def serves(self, url: str, body: bytes) -> None:
        """Answer for this published address, as a mirror would: its host and path are the path here."""
        parts = urlsplit(url)
        self.files[f"/{parts.netloc}{parts.path}"] = body

    def serves_table(self, number: int, frame: pd.DataFrame, label: str, md5: str | None = None) -> None:
        """A data set of OpenML: what its interface tells of it, and the ARFF file."""
        data = arff(frame)
        api, path = "/www.openml.org/api/v1/json/data", f"/data/v1/download/{number}/table.arff"
        told = {
            "id": str(number), "name": "table", "version": "1", "status": "active", "format": "ARFF", "description": "",
            "url": self.address + path, "md5_checksum": md5 or hashlib.md5(data).hexdigest(),
            "default_target_attribute": label,
        }  # fmt: skip
        features = [
            {
                "index": str(place), "name": name, "data_type": "numeric" if numeric(frame[name]) else "nominal",
                "is_target": str(name == label).lower(), "is_ignore": "false", "is_row_identifier": "false",
                "number_of_missing_values": str(frame[name].isna().sum()),
            }
            for place, name in enumerate(frame)
        ]  # fmt: skip
        rows = [{"name": "NumberOfInstances", "value": str(len(frame))}]
        self.files |= {
            f"{api}/{number}": json.dumps({"data_set_description": told}).encode(),
            f"{api}/features/{number}": json.dumps({"data_features": {"feature": features}}).encode(),
            f"{api}/qualities/{number}": json.dumps({"data_qualities": {"quality": rows}}).encode(),
            path: data,
        }

    def serves_hub(self, repository: str, revision: str, name: str, body: bytes, sha256: str | None = None) -> None:
        """A file of a data set on a hub: what the hub tells of it, and the file with the headers it sends."""
        digest = sha256 or hashlib.sha256(body).hexdigest()
        told = {
            "type": "file", "path": name, "size": len(body), "oid": "0" * 40,
            "lfs": {"oid": digest, "size": len(body), "pointerSize": 130},
        }  # fmt: skip
        self.files[f"/api/datasets/{repository}/paths-info/{revision}"] = json.dumps([told]).encode()
        self.files[path := f"/datasets/{repository}/resolve/{revision}/{name}"] = body
        self.headers[path] = {"X-Repo-Commit": "1" * 40, "ETag": f'"{digest}"'}


@contextmanager
def host() -> Iterator[Host]:
    """A host that serves until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    found = Host(f"http://127.0.0.1:{server.server_address[1]}")

    class Answers(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path = unquote(urlsplit(self.path).path)
            found.asked.append(f"{self.command} {path}")
            body = found.files.get(path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if body is None:
                self.send_response(412 if "/api/v1/json/" in path else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            for name, value in found.headers.get(path, {}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: len(body) // 2] if path in found.cut else body)
            self.close_connection = path in found.cut

        do_GET = do_HEAD = do_POST = answer

        def log_message(self, *_: object) -> None:
            """Tests read their own output."""

    server.RequestHandlerClass = Answers
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column)


def arff(frame: pd.DataFrame) -> bytes:
    """A table in Weka's format: names of more than a word in quotes, "?" where nothing is known."""
    lines = ["@RELATION table"]
    for name in frame:
        values = "NUMERIC" if numeric(frame[name]) else "{" + ",".join(map(_quoted, sorted(frame[name].unique()))) + "}"
        lines.append(f"@ATTRIBUTE '{name}' {values}")
    rows = [",".join(_quoted(value) for value in row) for row in frame.itertuples(index=False)]
    return "\n".join([*lines, "@DATA", *rows, ""]).encode()


def _quoted(value: object) -> str:
    return "?" if value != value else f"'{value}'" if isinstance(value, str) and not value.isalnum() else str(value)


def idx(values: np.ndarray) -> bytes:
    """Unsigned bytes in the IDX format of MNIST, gzipped."""
    head = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes()
    return gzip.compress(head + values.astype(np.uint8).tobytes())


def libsvm(pixels: np.ndarray, labels: np.ndarray) -> bytes:
    """Rows of values in LIBSVM's text format, counted from 1, as bzip2."""
    written = io.BytesIO()
    dump_svmlight_file(pixels.reshape(len(pixels), -1), labels, written, zero_based=False)
    return bz2.compress(written.getvalue())


def matlab(pictures: np.ndarray, labels: np.ndarray) -> bytes:
    """A MATLAB file as that of SVHN: pictures numbered last, zeros called 10."""
    written = io.BytesIO()
    savemat(written, {"X": pictures.transpose(1, 2, 3, 0), "y": labels[:, None].astype(np.uint8)})
    return written.getvalue()


def cifar(pictures: np.ndarray, labels: np.ndarray, names: list[str]) -> bytes:
    """CIFAR-10's binary version: two batches to learn from and one to test, all of these pictures each."""
    rows = np.concatenate([labels[:, None], pictures.transpose(0, 3, 1, 2).reshape(len(labels), -1)], axis=1)
    batches = {name: rows.astype(np.uint8).tobytes() for name in ("data_batch_1", "data_batch_2", "test_batch")}
    held = {f"{name}.bin": body for name, body in batches.items()} | {"batches.meta.txt": "\n".join(names).encode()}
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, body in held.items():
            (member := tarfile.TarInfo(f"cifar-10-batches-bin/{name}")).size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return written.getvalue()


def zipped(held: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, body in held.items():
            archive.writestr(name, body)
    return written.getvalue()


def picture(pixels: np.ndarray, kind: str) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, kind)
    return written.getvalue()


def arrays(**held: np.ndarray) -> bytes:
    written = io.BytesIO()
    np.savez(written, **held)
    return written.getvalue()


def parquet(frame: pd.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.to_parquet(written)
    return written.getvalue()


# What each data set's stand-in holds.


def _digits(count: int, *shape: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(count)
    return rng.integers(0, 256, (count, *shape)), np.arange(count) % 10


def handwriting() -> dict[str, bytes]:
    """MNIST, USPS and SVHN by the names of their files."""
    (many, ys), (few, yt), (post, yp), (street, yh) = (
        _digits(120, 28, 28), _digits(40, 28, 28), _digits(110, 16, 16), _digits(130, 32, 32, 3)
    )  # fmt: skip
    return {
        "train-images-idx3-ubyte.gz": idx(many), "train-labels-idx1-ubyte.gz": idx(ys),
        "t10k-images-idx3-ubyte.gz": idx(few), "t10k-labels-idx1-ubyte.gz": idx(yt),
        "usps.bz2": libsvm(post / 127.5 - 1, yp + 1), "usps.t.bz2": libsvm(post[:30] / 127.5 - 1, yp[:30] + 1),
        "train_32x32.mat": matlab(street.astype(np.uint8), np.where(yh == 0, 10, yh)),
    }  # fmt: skip


def cifar10() -> dict[str, bytes]:
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    pixels, labels = _digits(150, 32, 32, 3)
    return {"photographs": cifar(pixels, labels, names)}


def omniglot() -> dict[str, bytes]:
    def drawn(part: str, alphabets: list[str]) -> bytes:
        pixels = np.random.default_rng(0).integers(0, 2, (20, 105, 105)).astype(bool)
        return zipped(
            {
                f"{part}/{alphabet}/character{number:02d}/{number:04d}_{hand:02d}.png": picture(pixels[hand], "PNG")
                for alphabet in alphabets for number in (1, 2, 3) for hand in range(20)
            }
        )  # fmt: skip

    return {
        "images_background": drawn("images_background", ["Greek", "Latin"]),
        "images_evaluation": drawn("images_evaluation", ["Avesta", "Tibetan"]),
    }


def eurosat() -> dict[str, bytes]:
    classes = ("Forest", "Highway", "Industrial", "Pasture", "Residential", "River")
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 64, 3)).astype(np.uint8)
    names = {f"2750/{name}/{name}_{number}.jpg": pixels[number] for name in classes for number in range(48)}
    twin = {"__MACOSX/2750/River/._River_1.jpg": b"what macOS knows of a file"}
    return {"pictures": zipped({name: picture(held, "JPEG") for name, held in names.items()} | twin)}


def medmnist() -> dict[str, bytes]:
    def held(classes: int, *colour: int) -> bytes:
        rng = np.random.default_rng(classes)
        parts = {}
        for part, count in (("train", 110), ("val", 22), ("test", 44)):
            parts[f"{part}_images"] = rng.integers(0, 256, (count, 28, 28, *colour)).astype(np.uint8)
            parts[f"{part}_labels"] = (np.arange(count) % classes)[:, None].astype(np.uint8)
        return arrays(**parts)

    grey = {"organamnist": 11, "organcmnist": 11, "pneumoniamnist": 2, "breastmnist": 2}
    return {name: held(classes) for name, classes in grey.items()} | {
        "pathmnist": held(9, 3), "bloodmnist": held(8, 3)
    }  # fmt: skip


def heart_disease() -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    lines = [
        f"{rng.integers(30, 77)}.0,{row % 2}.0,{1 + row % 4}.0,130.0,{250 * (row % 3)}.0,0.0,0.0,150.0,0.0,1.{row % 9},"
        f"{'?' if row % 5 == 0 else '2.0'},?,{'?' if row % 7 else '6.0'},{row % 3}"
        for row in range(100)
    ]
    return dict.fromkeys(("Cleveland", "Budapest", "Zurich and Basel", "Long Beach"), "\n".join(lines).encode())


def banking77() -> dict[str, bytes]:
    intents = [f"{kind}_{number}" for kind in ("top_up", "transfer", "cash", "verify", "card") for number in range(3)]
    frame = pd.DataFrame({"text": [f"help, I have {i} of it" for i in range(450)], "category": intents * 30})
    held = frame.to_csv(index=False).encode()
    return {"train": held, "test": held}


def clinc150() -> dict[str, bytes]:
    own = {domain: [f"{domain}_{number}" for number in range(3)] for domain in ("travel", "home", "work")}
    rows = [[f"please {intent} {n}", intent] for intents in own.values() for intent in intents for n in range(30)]
    parts = {"train": rows, "val": rows[::3], "test": rows[::2], "oos_train": [["what", "oos"]]}
    return {"data_full": json.dumps(parts).encode(), "domains": json.dumps(own).encode()}


def tweets() -> dict[str, bytes]:
    # A tweet may hold what some take for the end of a line.
    texts = "".join(f"so it goes\u2028 {n} \n" for n in range(90)).encode()
    labels = "".join(f"{n % 3}\n" for n in range(90)).encode()
    return {"test_text": texts, "test_labels": labels, "val_text": texts, "val_labels": labels}


def phrases() -> pd.DataFrame:
    return pd.DataFrame({"sentence": [f"Profit rose by {n} %." for n in range(150)], "label": [0, 1, 2] * 50})


def chinese_sentiment() -> dict[str, bytes]:
    frame = pd.DataFrame({"label": [0, 1, 1] * 60, "review": [f"房间不错 {n}" for n in range(179)] + [None]})
    shop = pd.concat([frame.assign(cat=name) for name in ("书籍", "水果")])[["cat", "label", "review"]]
    one = frame.to_csv(index=False).encode()
    goods = {"online_shopping_10_cats.csv": shop.to_csv(index=False).encode()}
    return {"hotels": one, "food delivery": one, "goods": zipped(goods)}


def _rows(count: int, **choices: list) -> pd.DataFrame:
    rng = np.random.default_rng(count)
    return pd.DataFrame({name: rng.choice(np.array(values, dtype=object), count) for name, values in choices.items()})


def loans() -> tuple[pd.DataFrame, str]:
    frame = _rows(
        400, checking_status=["<0", "0<=X<200", "no checking"], purpose=["new car", "used car", "radio/tv", "business"],
        own_telephone=["none", "yes"],
    )  # fmt: skip
    frame.insert(1, "duration", np.arange(400) % 48 + 6)
    return frame.assign(**{"class": np.where(np.arange(400) % 3, "good", "bad")}), "class"


def calls() -> tuple[pd.DataFrame, str]:
    frame = _rows(500, V2=["admin", "student"], V9=["cellular", "unknown"], V11=["may", "sep", "oct", "jan"])
    for number in range(1, 17):
        if f"V{number}" not in frame:
            frame[f"V{number}"] = np.arange(500) % (10 + number)
    frame = frame[[f"V{number}" for number in range(1, 17)]]
    return frame.assign(Class=np.where(np.arange(500) % 4, "1", "2")), "Class"


def people() -> tuple[pd.DataFrame, str]:
    frame = _rows(
        600, workclass=["Private", "Self-emp-inc", "Local-gov", "Never-worked"], sex=["Male", "Female"],
        occupation=["Sales", "Tech-support", np.nan],
    )  # fmt: skip
    frame["occupation"] = frame["occupation"].fillna("Sales")
    frame["fnlwgt"], frame["age"] = np.arange(600) * 7 % 911, np.arange(600) % 60 + 17
    return frame.assign(**{"class": np.where(np.arange(600) % 4, "<=50K", ">50K")}), "class"


def payments() -> tuple[pd.DataFrame, str]:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(20_000, 3)), columns=["V1", "V2", "Amount"])
    return frame.assign(Class=np.where(np.arange(20_000) % 400, "0", "1")), "Class"


FILES: dict[str, Callable[[], dict[str, bytes]]] = {
    "digits": cache(handwriting), "financial_phrasebank": cache(tweets),
    **{
        held.__name__: cache(held)
        for held in (
            banking77, chinese_sentiment, cifar10, clinc150, eurosat, heart_disease, medmnist, omniglot
        )
    },
}  # fmt: skip
TABLES: dict[int, Callable[[], tuple[pd.DataFrame, str]]] = {
    31: cache(loans), 1461: cache(calls), 1590: cache(people), 1597: cache(payments)
}  # fmt: skip

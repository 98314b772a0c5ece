"""Encoders of texts that have read much before they see any of yours (Devlin et al., 2019)."""

from dataclasses import dataclass

import tlcore as tl
from tlcore.kinds.pretrained import FromHub, Pretrained
from tlcore.weights import Published


@dataclass(frozen=True)
class TextEncoder(Pretrained):
    """Any encoder of the Hugging Face hub, or of a folder in its form. No code of a repository is ever run."""

    title = "Text encoder of your choice"
    modality = "text"
    summary = "Any encoder of the Hugging Face hub by its name, or one in a folder of yours."
    student = "subword_bag"
    in_turn = False

    features: str = tl.knob(
        "mean", "What stands for a whole text: the mean of its tokens, or the first one", choices=("mean", "first")
    )
    most: int = tl.knob(256, "Tokens read of a text at most; what follows is cut off, with a note", 8, 512)

    def space(self, *parts):
        return tl.space_tokens.TokenSpace.around(tl.hub.tokenizer(self), parts, self.most)

    def body(self, space, blank):
        return tl.encoders.text(self, space, self.features, blank=blank)


@dataclass(frozen=True)
class AnyEncoder(FromHub, TextEncoder):
    pass


@dataclass(frozen=True)
class Bert(TextEncoder):
    title = "BERT base"
    summary = "The standard encoder for English texts; slow without a GPU."
    published = Published("google-bert/bert-base-uncased", 109_482_240, 440)


@dataclass(frozen=True)
class DistilBert(TextEncoder):
    title = "DistilBERT"
    summary = "English texts, nearly as well as BERT at a bit more than half the cost."
    published = Published("distilbert/distilbert-base-uncased", 66_362_880, 268)


@dataclass(frozen=True)
class MiniLM(TextEncoder):
    title = "MiniLM sentence encoder"
    summary = "English sentences that mean the same lie close together; small enough for a CPU."
    published = Published("sentence-transformers/all-MiniLM-L6-v2", 22_713_216, 91)


@dataclass(frozen=True)
class BertChinese(TextEncoder):
    title = "BERT base, Chinese"
    summary = "The standard encoder for Chinese texts, character by character."
    published = Published("google-bert/bert-base-chinese", 102_267_648, 412)


@dataclass(frozen=True)
class XlmRoberta(TextEncoder):
    title = "XLM-RoBERTa base"
    summary = "A hundred languages in one: what is learnt in one serves texts in another."
    published = Published("FacebookAI/xlm-roberta-base", 278_043_648, 1116)


@dataclass(frozen=True)
class FinBert(TextEncoder):
    title = "FinBERT"
    summary = "English finance news: BERT that has gone on reading what companies and markets write."
    published = Published("ProsusAI/finbert", 109_482_240, 438)


@dataclass(frozen=True)
class BioBert(TextEncoder):
    title = "BioBERT"
    summary = "English medicine and biology: BERT that has gone on reading research papers."
    published = Published("dmis-lab/biobert-base-cased-v1.2", 108_310_272, 436)


BACKBONE = {
    "bert": Bert,
    "bert_chinese": BertChinese,
    "biobert": BioBert,
    "distilbert": DistilBert,
    "finbert": FinBert,
    "minilm": MiniLM,
    "text_encoder": AnyEncoder,
    "xlm_roberta": XlmRoberta,
}

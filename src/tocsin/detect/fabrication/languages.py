"""The language of a text: eldc where it is installed (extra `meaning`), else scripts and the most common words.

Either way "" where it cannot be told. Measured errors stand in docs/methods/fabrication.repeats.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

# Links, mentions and hashtags are of no language.
_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|&\w+;")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LETTERS_MIN = 3

#: Scripts that one language alone, or one far before all others, is written in.
_SCRIPTS = (
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("hy", "\u0530-\u058f"),
    ("he", "\u0590-\u05ff"),
    ("hi", "\u0900-\u097f"),
    ("bn", "\u0980-\u09ff"),
    ("pa", "\u0a00-\u0a7f"),
    ("gu", "\u0a80-\u0aff"),
    ("or", "\u0b00-\u0b7f"),
    ("ta", "\u0b80-\u0bff"),
    ("te", "\u0c00-\u0c7f"),
    ("kn", "\u0c80-\u0cff"),
    ("ml", "\u0d00-\u0d7f"),
    ("si", "\u0d80-\u0dff"),
    ("th", "\u0e00-\u0e7f"),
    ("lo", "\u0e80-\u0eff"),
    ("my", "\u1000-\u109f"),
    ("ka", "\u10a0-\u10ff"),
    ("am", "\u1200-\u137f"),
    ("km", "\u1780-\u17ff"),
    ("ko", "\u1100-\u11ff\uac00-\ud7af"),
    ("ja", "\u3041-\u30ff"),
    ("zh", "\u3400-\u9fff"),
    ("arabic", "\u0600-\u06ff\u0750-\u077f"),
    ("cyrillic", "\u0400-\u052f"),
)
_SCRIPT = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS}

#: The most common words of each language (articles, prepositions, pronouns, forms of to be and to have).
_COMMON = {
    "ca": "el la els les de i a en que un una per és amb no del al dels ha es són més però com aquest aquesta està hi",
    "cs": "a v se na je že s z do to i o k ve pro ale jako za by jsou byl jsem po co tak když být jeho která není",
    "da": "og i at er en den til på det de med som af for ikke der har et var han sig jeg men om fra kan vi blev ved",
    "de": "der die und in das von zu den mit ist des auf für nicht ein eine als auch es an werden aus er hat dass sie "
    "nach wird bei einer um am sind noch wie einem über einen so zum war haben ich nur wir mann frau im dem",
    "en": "the of and to in is that it was for on are as with his they at be this from have or had by not but what all "
    "were we when your can there an which their if will do how about up out them then she many some so these would "
    "has her him into has my than been who its you a he i man woman over says",
    "es": "de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya o este sí porque "
    "esta entre cuando muy sin sobre también me hasta hay donde está es son hombre mujer ha",
    "et": "ja on ei see et ta kui oli mis aga ka oma ma kes mida selle siis või nii ning veel üks olid pole",
    "fi": "ja on ei se että hän oli mutta ovat kun niin myös joka tai mitä sen minä tämä kuin ole voi hänen mukaan nyt",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont la les avec on "
    "mais ou comme nous leur cette vous été je être aux son ses d'un d'une homme femme elle",
    "hr": "i je u se na da su za od s što kao o koji ne to ali iz bio bi nije biti će koja po li sve samo zbog",
    "hu": "a az és hogy nem is egy ez ha meg csak volt de van már mint még el azt szerint kell most vagy lesz aki ami",
    "id": "yang dan di dengan untuk dari ini itu pada tidak dalam ke akan adalah oleh juga sebuah seorang orang karena",
    "it": "di e il la che in a per un è non del le si della una con i da sono più dei al gli come ha alla lo ma anche "
    "nel delle questo dal suo se nella su uomo donna",
    "lt": "ir yra kad į iš su ar tai kaip bet už nuo buvo apie tik jis ne po prie per dėl ji",
    "lv": "un ir ka no ar par uz tas kas bet kā arī nav lai vai viņš bija pie to pēc",
    "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij door uit hij naar heeft "
    "ze wordt over nog wel wat worden deze man vrouw die",
    "no": "og i er det som på en til av for at med de har ikke den om et var han men seg jeg fra vi ble være etter",
    "pl": "w i na z się nie do to że jest o jak a po co od za ale przez dla są tego był tak czy jego tym już może być "
    "kobieta mężczyzna oraz która który",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu "
    "sua ou ser quando muito há nos já está eu também só pelo pela homem mulher são",
    "ro": "de și în a la cu pe nu că care din este un o pentru mai se ce au sunt fi dar sa său fost prin după ca",
    "sk": "a v sa na je že s z do to i o k vo pre ale ako za by sú bol som po čo tak keď byť jeho ktorá ktorý nie",
    "sl": "in je v se na da so za z ne ki pa kot bi tudi po od s o kar še pri bil ali ko",
    "sq": "dhe në e të i për me një nga që është ka nuk si por do më u ai këtë janë edhe se",
    "sv": "och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan där",
    "tr": "ve bir bu da de için ile çok ne o en gibi daha var ama kadar sonra olan olarak ben değil mi diye adam kadın "
    "oldu biri yok üzerinde",
    "vi": "và của là có không cho được trong một người các với đã những này để khi đó từ ở",
    "be": "і у на не што з як да гэта па за ён але ад яго для была быў яна яны або",
    "bg": "на и да в е за се от че с не са по си като но това ще или към до който има са",
    "mk": "на и да во е за се од дека со не ќе ја го по но како што ги или има",
    "ru": "и в не на что с он я как это по из у за от но о же к вы так его для все мы бы только она они был если "
    "мужчина женщина",
    "sr": "и је у се на да су за од с што као о који не то али из био би није ће која по само",
    "uk": "і в не на що з як та до у це за від про але він його для є так ми був або після який також й",
    "ar": "في من على أن إلى عن مع هذا هذه التي الذي لا ما كان هو هي قد بعد كل رجل امرأة ثم أو",
    "fa": "و در به از که این را با است برای آن یک خود تا بر هم می شود کرد های بود ما او",
    "ur": "کے کی میں ہے اور سے کا کو نے ہیں پر یہ کہ کر بھی اس تھا ایک نہیں",
}
#: Letters by which languages with the same script differ; each is worth as much as a common word.
_LETTERS = {
    "be": "ў",
    "ca": "ŀ",
    "cs": "ěřů",
    "da": "æø",
    "de": "ßäöü",
    "es": "ñ¿¡",
    "et": "õ",
    "fa": "پچژگ",
    "fi": "äö",
    "fr": "çœêèàù",
    "hr": "đ",
    "hu": "őű",
    "lt": "ėįų",
    "lv": "āēīķļņ",
    "mk": "ѓќѕ",
    "no": "æøå",
    "pl": "łżśąęźń",
    "pt": "ãõ",
    "ro": "șțăâî",
    "ru": "ыэё",
    "sk": "ľĺŕô",
    "sr": "ћђ",
    "sv": "åäö",
    "tr": "ğışİ",
    "uk": "їєіґ",
    "ur": "ٹڈڑےںہ",
    "vi": "ơưạảấầẩẫậắặẹẻẽếềểễệỉịọỏốồổỗộớờởợụủứừửữựỳỵỷỹđ",
}
_CYRILLIC, _ARABIC = frozenset(("be", "bg", "mk", "ru", "sr", "uk")), frozenset(("ar", "fa", "ur"))
_LATIN = frozenset(_COMMON) - _CYRILLIC - _ARABIC


def detect(texts: Sequence[str]) -> list[str]:
    """The ISO 639-1 code of each text's language, "" where it is unsure. Links, mentions and hashtags do not count."""
    tell = _eldc() or _lexical
    return [tell(_NOT_WORDS.sub(" ", text)) for text in texts]


def method() -> str:
    """What tells languages here, with its version."""
    return f"eldc {version('eldc')}" if _eldc() else "scripts and common words"


@lru_cache(1)
def _eldc() -> Any:
    if not find_spec("eldc"):
        return None
    eldc = import_module("eldc")
    eldc.init()

    def tell(text: str) -> str:
        told = eldc.detect_details(text.replace("\0", " "))
        return told.language if told.reliable else ""

    return tell


def _lexical(text: str) -> str:
    """By the script that most letters are of; within Latin, Cyrillic and Arabic by common words and letters."""
    lower = text.lower()
    words = _WORD.findall(lower)
    letters = sum(map(len, words))
    if letters < _LETTERS_MIN:
        return ""
    counts = {name: len(found) for name, pattern in _SCRIPT.items() if (found := pattern.findall(lower))}
    script = max(counts, key=lambda name: counts[name]) if counts else ""
    if script in ("zh", "ja"):
        return "ja" if counts.get("ja", 0) * 10 > counts.get("zh", 0) else "zh"
    if counts.get(script, 0) * 2 <= letters:
        return _by_words(lower, words, _LATIN)
    among = {"cyrillic": _CYRILLIC, "arabic": _ARABIC}.get(script)
    return _by_words(lower, words, among) if among else script


def _by_words(text: str, words: list[str], among: frozenset[str]) -> str:
    """The language with most common words and letters of its own; "" where none has any or two have as many."""
    votes: Counter[str] = Counter()
    for word in words:
        known = _words_of().get(word, frozenset()) & among
        for language in known:
            votes[language] += 1 / len(known)  # type: ignore[assignment]  # a word of many languages says little
    for letter in set(text):
        known = _letters_of().get(letter, frozenset()) & among
        for language in known:
            votes[language] += 1 / len(known)  # type: ignore[assignment]
    first = votes.most_common(2)
    if not first or (len(first) == 2 and first[0][1] < 1.15 * first[1][1]):
        return ""
    return first[0][0]


@lru_cache(1)
def _words_of() -> dict[str, frozenset[str]]:
    return _turned({language: words.split() for language, words in _COMMON.items()})


@lru_cache(1)
def _letters_of() -> dict[str, frozenset[str]]:
    return _turned({language: list(letters) for language, letters in _LETTERS.items()})


def _turned(given: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for language, signs in given.items():
        for sign in signs:
            found.setdefault(sign, set()).add(language)
    return {sign: frozenset(languages) for sign, languages in found.items()}

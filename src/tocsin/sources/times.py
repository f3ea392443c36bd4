"""Times as they stand in exports, to aware UTC in microseconds; what cannot be told is refused with a reason."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from tocsin.errors import UsageError
from tocsin.model.arrow import Array, pc
from tocsin.sources.base import ReadOptions
from tocsin.sources.vocabulary import words

UTC_US = pa.timestamp("us", tz="UTC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_US = 631_152_000_000_000  # 1990-01-01, before which there was no public network to post to
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?\Z")
_SLASHED = re.compile(
    r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([AaPp][Mm]))?)?\Z"
)
_NAMED_ZONE = re.compile(r"\s*\(?([A-Z]{3,4})\)?\Z")
_OFFSET = re.compile(r"\s*([+-]\d{2}):?(\d{2})?\Z|Z\Z")
#: the shapes that Arrow itself can read a column of, checked against `TimeReader.parse` by a test
_FAST = (
    (r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?$", "naive"),
    (r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)$", "zoned"),
    (r"^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \+0000 \d{4}$", "%a %b %d %H:%M:%S +0000 %Y"),
)


class TimeReader:
    """Reads the times of one file, so that what the file shows once (the order of day and month) holds throughout.

    `us_zones` lets the American abbreviations stand that mean other zones elsewhere (CST). `date_order` given by a
    source or the user settles dates like 3/4/2016; otherwise `undecided` says that the file has shown neither.
    """

    def __init__(
        self,
        options: ReadOptions,
        *,
        date_order: str | None = None,
        us_zones: bool = False,
        now: datetime | None = None,
    ) -> None:
        try:
            self._zone = ZoneInfo(options.timezone)
        except (KeyError, ValueError, OSError) as error:
            raise UsageError(f"unknown time zone {options.timezone!r}", hint="for example Europe/Kyiv") from error
        self._zone_name = options.timezone
        self.date_order = options.date_order or date_order
        self._ambiguous = 0
        self._naive = 0
        offsets = words("zones")
        self._offsets = {**offsets["world"], **(offsets["american"] if us_zones else {})}
        latest = (now or datetime.now(UTC)) + timedelta(days=1)
        self._latest_us = int((latest - _EPOCH) / timedelta(microseconds=1))

    @property
    def undecided(self) -> bool:
        """True when dates like 3/4/2016 were met and nothing yet says which part is the month."""
        return self.date_order is None and self._ambiguous > 0

    def notes(self) -> list[str]:
        """What was assumed about the times."""
        found = []
        if self._naive:
            found.append(f"times without a zone read as {self._zone_name}")
        if self._ambiguous and self.date_order:
            order = "month/day/year" if self.date_order == "MDY" else "day/month/year"
            found.append(f"dates like 3/4/2016 read as {order}")
        return found

    def learn(self, values: Array) -> None:
        """Look for dates that settle the order of day and month (a part above 12)."""
        if self.date_order is not None or not pa.types.is_string(values.type):
            return
        slashed = pc.filter(
            values, pc.fill_null(pc.match_substring_regex(values, r"^\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"), False)
        )
        for value in pc.unique(
            pc.replace_substring_regex(slashed, r"^\s*(\d+)[-/.](\d+)[-/.].*$", r"\1 \2")
        ).to_pylist():
            first, second = map(int, value.split()[:2])
            if first > 12 >= second:
                self.date_order = "DMY"
                return
            if second > 12 >= first:
                self.date_order = "MDY"
                return
            self._ambiguous += 1

    def read(self, values: Array) -> tuple[Array, dict[int, str]]:
        """Read a column (strings, integers, floats, dates or timestamps) to (`timestamp[us, UTC]`, reason by position).

        A position with a reason is null in the array.
        """
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
            read, reasons = self._stamps(values), dict[int, str]()
        elif pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
            read, reasons = self._numbers(values)
        else:
            read, reasons = self._strings(pc.cast(values, pa.string()))
        return self._plausible(values, read, reasons)

    def parse(self, text: str) -> int:
        """One time as microseconds since 1970, UTC. Raises ValueError with the reason."""
        text = text.strip()
        if not text:
            raise ValueError("no time")
        if _NUMBER.match(text):
            return _epoch_us(text)
        if slashed := _SLASHED.match(text):
            return self._localise(self._slashed(slashed, text))
        try:
            return self._localise(datetime.fromisoformat(text))
        except ValueError:
            return self._localise(self._worded(text))

    def _worded(self, text: str) -> datetime:
        """Times with names in them: of months, of days, of zones."""
        zone = _NAMED_ZONE.search(text)
        if zone and zone.start() > 8:
            if zone[1] not in self._offsets:
                raise ValueError(f"the time zone {zone[1]} means different zones in different countries")
            with suppress(ValueError):
                local = self._local(text[: zone.start()].strip())
                return local.replace(tzinfo=timezone(timedelta(minutes=self._offsets[zone[1]])))
        for shape in ("%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S %z", "%d %b %Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p"):
            with suppress(ValueError):
                return datetime.strptime(text, shape)
        try:
            return parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            raise ValueError(f"not a time: {text[:40]!r}") from None

    def _local(self, text: str) -> datetime:
        """A time whose zone was cut off."""
        slashed = _SLASHED.match(text)
        return self._slashed(slashed, text) if slashed else datetime.fromisoformat(text)

    def _slashed(self, parts: re.Match[str], text: str) -> datetime:
        if self.date_order is None:
            raise ValueError(f"day and month cannot be told apart: {text!r}")
        first, second = int(parts[1]), int(parts[2])
        month, day = (first, second) if self.date_order == "MDY" else (second, first)
        hour = int(parts[4] or 0)
        if parts[7]:
            hour = hour % 12 + 12 * (parts[7].lower() == "pm")
        try:
            return datetime(int(parts[3]), month, day, hour, int(parts[5] or 0), int(parts[6] or 0))
        except ValueError as error:
            raise ValueError(f"not a time in the order {self.date_order}: {text!r} ({error})") from None

    def _localise(self, moment: datetime) -> int:
        if moment.tzinfo is None:
            self._naive += 1
            moment = moment.replace(tzinfo=self._zone)
        return (moment - _EPOCH) // timedelta(microseconds=1)

    def _stamps(self, values: Array) -> Array:
        if pa.types.is_date(values.type) or values.type.tz is None:
            self._naive += len(values) - values.null_count
            stamps = pc.cast(values, pa.timestamp("us"), safe=False)
            return pc.cast(
                pc.assume_timezone(stamps, self._zone_name, ambiguous="earliest", nonexistent="latest"), UTC_US
            )
        return pc.cast(values, UTC_US, safe=False)

    def _numbers(self, values: Array) -> tuple[Array, dict[int, str]]:
        if (uniform := _uniform(values)) is not None:
            return uniform, {}
        if pa.types.is_floating(values.type):
            return self._slow(pa.array([None if v is None else f"{v:.6f}" for v in values.to_pylist()], pa.string()))
        return self._slow(pc.cast(values, pa.string()))

    def _strings(self, values: Array) -> tuple[Array, dict[int, str]]:
        if (fast := self._fast(values)) is not None:
            return fast, {}
        return self._slow(values)

    def _fast(self, values: Array) -> Array | None:
        """The whole column at once, where all of it has one of the common shapes; None otherwise."""
        present = values.drop_null()
        if len(present) == 0:
            return pa.nulls(len(values), UTC_US)
        sample = present[0].as_py()
        if sample.isdigit() and pc.all(pc.match_substring_regex(present, r"^\d{9,17}$")).as_py():
            return _uniform(pc.cast(values, pa.int64()))
        shapes: tuple[tuple[str, str], ...] = _FAST
        if self.date_order == "MDY":
            shapes = (*shapes, (r"^\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d$", "%m/%d/%Y %H:%M"))
        for pattern, shape in shapes:
            if re.search(pattern, sample) and pc.all(pc.match_substring_regex(present, pattern)).as_py():
                return self._cast(values, shape)
        return None

    def _cast(self, values: Array, shape: str) -> Array | None:
        try:
            if shape == "zoned":
                return pc.cast(values, UTC_US)
            if shape == "naive":
                return self._stamps(pc.cast(values, pa.timestamp("us")))
            stamps = pc.strptime(values, format=shape, unit="us", error_is_null=True)
        except pa.ArrowInvalid:
            return None
        if stamps.null_count != values.null_count:
            return None
        return stamps.cast(UTC_US) if "+0000" in shape else self._stamps(stamps)

    def _slow(self, values: Array) -> tuple[Array, dict[int, str]]:
        coded = values.dictionary_encode()
        read: list[int | None] = []
        refused: dict[int, str] = {}
        for position, value in enumerate(coded.dictionary.to_pylist()):
            try:
                read.append(_bounded(self.parse(value)))
            except (ValueError, OverflowError) as error:
                read.append(None)
                refused[position] = str(error)
        stamps = pa.array(read, pa.int64()).cast(UTC_US).take(coded.indices)
        if not refused:
            return stamps, {}
        codes = coded.indices.to_pylist()
        return stamps, {row: refused[code] for row, code in enumerate(codes) if code in refused}

    def _plausible(self, values: Array, read: Array, reasons: dict[int, str]) -> tuple[Array, dict[int, str]]:
        whole = read.cast(pa.int64())
        good = pc.fill_null(pc.and_(pc.greater_equal(whole, EARLIEST_US), pc.less_equal(whole, self._latest_us)), False)
        if pc.all(good).as_py() is not False:
            return read, reasons
        for row in pc.indices_nonzero(pc.invert(good)).to_pylist():
            if row not in reasons:
                reasons[row] = self._refusal(values[row].as_py(), whole[row].as_py())
        return pc.if_else(good, read, pa.scalar(None, UTC_US)), reasons

    def _refusal(self, value: object, micros: int | None) -> str:
        if micros is None:
            return "no time"
        return f"{'a time before 1990' if micros < EARLIEST_US else 'a time in the future'}: {str(value)[:40]!r}"


#: (from, to, microseconds in one unit): epoch numbers by size; the ranges are 1973 to 5138 in each unit
_SCALES = ((1e8, 1e11, 1e6), (1e11, 1e14, 1e3), (1e14, 1e17, 1), (1e17, 1e20, 1e-3))


def _uniform(values: Array) -> Array | None:
    """A column of epoch numbers that are all of one unit, told by their size; None for any other."""
    bounds = pc.min_max(values).as_py()
    for low, high, scale in _SCALES[:3]:
        if bounds["min"] is not None and low <= bounds["min"] <= bounds["max"] < high:
            if pa.types.is_floating(values.type):
                values = pc.round(pc.multiply(values, scale))
                return pc.cast(values, pa.int64()).cast(UTC_US)
            return pc.multiply(pc.cast(values, pa.int64()), int(scale)).cast(UTC_US)
    return None


def _bounded(micros: int) -> int:
    if abs(micros) >= 1 << 62:
        raise ValueError("not a time: a number out of range")
    return micros


def _epoch_us(text: str) -> int:
    number = float(text)
    if re.search("[eE]", text):
        raise ValueError(f"a number damaged by a spreadsheet: {text!r}")
    if 20_000 <= number < 80_000:
        raise ValueError(f"a spreadsheet's serial date, which carries no zone: {text!r}; export it as text")
    if re.fullmatch(r"(19|20)\d{6}", text):
        moment = datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
        return (moment - _EPOCH) // timedelta(microseconds=1)
    for low, high, scale in _SCALES:
        if low <= abs(number) < high:
            return int(int(text) * scale) if text.isdigit() and scale >= 1 else round(number * scale)
    return round(number * 1e6)

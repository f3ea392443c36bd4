"""Times against values worked out by hand, and the quick way against the careful one."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.sources.base import ReadOptions
from tocsin.sources.times import UTC_US, TimeReader

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KNOWN = {
    "1500000000": "2017-07-14T02:40:00+00:00",
    "1500000000123": "2017-07-14T02:40:00.123+00:00",
    "1500000000123456": "2017-07-14T02:40:00.123456+00:00",
    "1500000000.5": "2017-07-14T02:40:00.5+00:00",
    "2017-07-14": "2017-07-14T00:00:00+00:00",
    "20170714": "2017-07-14T00:00:00+00:00",
    "2017-07-14 02:40": "2017-07-14T02:40:00+00:00",
    "2017-07-14T02:40:00Z": "2017-07-14T02:40:00+00:00",
    "2017-07-14T02:40:00.123Z": "2017-07-14T02:40:00.123+00:00",
    "2017-07-14T05:40:00+03:00": "2017-07-14T02:40:00+00:00",
    "2017-07-14 05:40:00 +0300": "2017-07-14T02:40:00+00:00",
    "2017-07-13 22:40:00 EDT": "2017-07-14T02:40:00+00:00",
    "2017-07-14 02:40:00 UTC": "2017-07-14T02:40:00+00:00",
    "Fri Jul 14 02:40:00 +0000 2017": "2017-07-14T02:40:00+00:00",
    "Fri, 14 Jul 2017 02:40:00 GMT": "2017-07-14T02:40:00+00:00",
    "07-14-2017 02:40": "2017-07-14T02:40:00+00:00",
    "7/14/2017 2:40": "2017-07-14T02:40:00+00:00",
    "7/14/2017 2:40:00 PM": "2017-07-14T14:40:00+00:00",
    "7/14/2017 12:05 AM": "2017-07-14T00:05:00+00:00",
}


def reader(order="MDY", **options):
    return TimeReader(ReadOptions(**options), date_order=order, now=NOW)


def one(value, **how):
    read, reasons = reader(**how).read(pa.array([value]))
    return read[0].as_py(), reasons.get(0)


@pytest.mark.parametrize(("text", "iso"), KNOWN.items())
def test_known(text, iso):
    assert one(text) == (datetime.fromisoformat(iso), None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("45352.4167", "serial date"),
        ("1.5E+09", "damaged by a spreadsheet"),
        ("13/13/2017 10:00", "not a time in the order"),
        ("1989-12-31", "before 1990"),
        ("2026-01-02 00:00:01", "in the future"),
        ("2017-07-14 02:40:00 BST", "time zone BST"),
        ("tomorrow", "not a time"),
        ("", "no time"),
        ("9" * 40, "out of range"),
    ],
)
def test_refused(text, why):
    moment, reason = one(text)
    assert moment is None
    assert why in reason


def test_the_zone_of_times_without_one():
    assert one("2022-02-24 05:00:00", timezone="Europe/Kyiv")[0] == datetime(2022, 2, 24, 3, tzinfo=UTC)
    assert one("2022-07-01T05:00", timezone="Europe/Kyiv")[0] == datetime(2022, 7, 1, 2, tzinfo=UTC)
    with pytest.raises(UsageError):
        reader(timezone="Mars/Olympus")


def test_a_column_of_mixed_shapes():
    values = pa.array(["2017-07-14 02:40:00", None, "1500000000", "nonsense"])
    read, reasons = reader().read(values)
    assert [v and v.timestamp() for v in read.to_pylist()] == [1.5e9, None, 1.5e9, None]
    assert set(reasons) == {1, 3}


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_arrow_timestamps(unit):
    value = pa.array([1_500_000_000], pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp(unit))
    assert reader().read(value)[0][0].as_py().timestamp() == 1.5e9
    zoned = value.cast(pa.timestamp(unit, tz="Europe/Kyiv"))
    assert reader().read(zoned)[0].type == UTC_US


@pytest.mark.parametrize("scale", [1, 1000, 1_000_000])
@pytest.mark.parametrize("kind", [pa.int64(), pa.float64()])
def test_arrow_numbers(scale, kind):
    assert reader().read(pa.array([1_500_000_000 * scale], kind))[0][0].as_py().timestamp() == 1.5e9


@given(st.datetimes(datetime(1991, 1, 1), datetime(2025, 1, 1)), st.sampled_from(range(6)))
def test_the_quick_way_agrees_with_the_careful_one(moment, shape):
    text = [
        moment.strftime("%Y-%m-%d %H:%M"),
        moment.isoformat(" ", "milliseconds"),
        moment.isoformat("T", "seconds") + "Z",
        moment.isoformat("T", "seconds") + "+03:00",
        moment.strftime("%a %b %d %H:%M:%S +0000 %Y"),
        f"{moment.month}/{moment.day}/{moment.year} {moment.hour}:{moment.minute:02d}",
    ][shape]
    times = reader(timezone="Europe/Kyiv")
    quick = times._fast(pa.array([text]))
    assert quick is not None
    careful = times._slow(pa.array([text]))[0]
    # in the hour that the clocks turn back both readings are right, and each way takes one of them
    assert abs((quick[0].as_py() - careful[0].as_py()).total_seconds()) in (0, 3600)
    if shape in (2, 3, 4):
        assert quick == careful


def test_day_and_month_are_learnt_or_left_open():
    times = reader(order=None)
    times.learn(pa.array(["3/4/2016", "4/5/2016"]))
    assert times.undecided
    times.learn(pa.array(["3/4/2016", "13/5/2016"]))
    assert (times.undecided, times.date_order) == (False, "DMY")

"""Every text and list of a case's records has a bound."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from tocsin.model import case
from tocsin.model.case import Lead
from tocsin.model.finding import Finding
from tocsin.model.record import Stored

NOW = datetime(2024, 5, 1, tzinfo=UTC)
RECORDS = [
    kind
    for kind in vars(case).values()
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__ == case.__name__
]


def unbounded(annotation, metadata=()):
    """Whether a type can hold a text or a list of any length."""
    if get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = (*metadata, *more)
    flat = [part for item in metadata for part in (item.metadata if isinstance(item, FieldInfo) else (item,))]
    bounded = any(getattr(part, "max_length", None) for part in flat)
    if annotation is str:
        return not bounded
    if get_origin(annotation) is tuple:
        return not bounded or unbounded(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return False
    return any(unbounded(part) for part in get_args(annotation))


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_text_and_list_is_bounded(kind):
    own = {name: field for name, field in kind.model_fields.items() if not (issubclass(kind, Stored) and name == "id")}
    assert [name for name, field in own.items() if unbounded(field.annotation, field.metadata)] == []


def test_the_check_of_bounds_can_fail():
    assert unbounded(str)
    assert unbounded(tuple[case.Key, ...])
    assert unbounded(tuple[str, ...] | None)
    assert not unbounded(Annotated[str, StringConstraints(max_length=3)])
    assert unbounded(Finding.model_fields["objects"].annotation)


def lead(**values):
    return Lead(**{"title": "t", "first": NOW, "last": NOW, "added_by": "a", "updated": NOW} | values)


def test_times_are_aware_and_kept_in_utc():
    there = timezone(timedelta(hours=3))
    assert lead(first=NOW.astimezone(there)).first.tzinfo is UTC
    with pytest.raises(ValidationError, match="without a time zone"):
        lead(first=datetime(2024, 5, 1))


def test_text_over_the_bound_is_refused_and_space_around_it_is_cut():
    assert lead(title="  a title ").title == "a title"
    with pytest.raises(ValidationError, match="at most 300"):
        lead(title="x" * 301)

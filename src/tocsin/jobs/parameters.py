"""What a user gave, checked by the model it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tocsin.errors import UsageError

Model = TypeVar("Model", bound=BaseModel)


def checked(model: type[Model], given: Mapping[str, Any]) -> Model:
    """An instance of `model`; raises `UsageError` naming the field that is wrong, what was given, and why."""
    try:
        return model(**given)
    except ValidationError as error:
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else model.__name__
        meaning = model.model_fields[name].description if name in model.model_fields else None
        raise UsageError(
            f"{name}: {problem['msg'].removeprefix('Value error, ')}, not {problem['input']!r}", hint=meaning or ""
        ) from error

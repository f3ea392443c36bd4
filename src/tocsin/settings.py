"""Settings of the program, from environment variables that begin with TOCSIN_."""

from __future__ import annotations

import os

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from tocsin.errors import UsageError


def usable_cpus() -> int:
    """Count the processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Settings(BaseSettings):
    """What the machine may be asked to give. Nothing here changes a result, only its cost."""

    model_config = SettingsConfigDict(env_prefix="TOCSIN_", frozen=True)

    memory_mb: int = Field(
        default=2048, ge=256, description="Memory in MB that counting may use; less means more rounds."
    )
    threads: int = Field(default_factory=usable_cpus, ge=1, description="Threads; default: the processors available.")
    database: str = Field(
        default="", repr=False, description="URL of a workspace's PostgreSQL database; default: the file in its folder."
    )
    openid_secret: str = Field(
        default="", repr=False, description="Secret that the OpenID provider of the workbench gave this program."
    )
    spark_partitions: int = Field(default=32, ge=1, description="Buckets that rows are dealt into on a Spark cluster.")
    spark_token: str = Field(default="", repr=False, description="Token that the Spark Connect server asks for.")
    debug: bool = Field(default=False, description="Show the traceback of an error.")


def load() -> Settings:
    """Read the settings; raise `UsageError` naming the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        problem = error.errors()[0]
        name = f"TOCSIN_{problem['loc'][0]}".upper()
        raise UsageError(
            f"{name}={problem['input']}: {problem['msg']}", hint=f"Correct or unset the environment variable {name}."
        ) from error

"""The people who work in a workspace: who they are to the program, how they prove it, what they may do."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal, get_args

from pydantic import Field

from tocsin.model.finding import Record
from tocsin.model.record import Stored

Role = Literal["reader", "analyst", "reviewer", "publisher", "custodian", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)


class Actor(Record):
    """Who acts: the id of a person, and the roles held at that moment."""

    id: str
    roles: frozenset[Role]


class Person(Stored):
    """An account of the workspace. One that is not active cannot sign in; what it did stays in the journal."""

    kind: ClassVar[str] = "person"
    indexed: ClassVar[tuple[str, ...]] = ("login", "active")

    login: str = Field(min_length=2, max_length=64)  # lower case, unique: checked in the transaction that writes it
    name: str = Field(min_length=1, max_length=120)
    roles: tuple[Role, ...]  # in the order of ROLES, so that equal rows have equal text
    active: bool = True
    language: str = Field(default="", max_length=16)  # "" = as the browser asks
    created: datetime

    @property
    def actor(self) -> Actor:
        """This person as the one who acts."""
        return Actor(id=self.id, roles=frozenset(self.roles))


class Credential(Stored):
    """One way in for one person. `key` finds it: the person's id for a password, the credential id (base64url) of a
    passkey, issuer and subject of an OpenID identity. `secret` is an argon2id hash, or a public key (base64url)."""

    kind: ClassVar[str] = "credential"
    indexed: ClassVar[tuple[str, ...]] = ("person", "type", "key")

    person: str
    type: Literal["password", "passkey", "openid"]
    key: str = Field(max_length=1400)  # a passkey's id has at most 1023 bytes
    secret: str = Field(default="", max_length=8192)
    name: str = Field(default="", max_length=120)
    uses: int = 0  # signature counter of a passkey (WebAuthn Level 2, section 6.1.1)
    created: datetime


class Session(Stored):
    """A signed-in browser. Its id is the SHA-256 of the token in the cookie, which is not kept."""

    kind: ClassVar[str] = "session"
    indexed: ClassVar[tuple[str, ...]] = ("person", "expires")

    person: str
    by: Literal["password", "passkey", "openid", "invitation"]
    browser: str = Field(default="", max_length=120)
    created: datetime
    expires: datetime


class Invitation(Stored):
    """A link that makes an account, or with `person` a new way in for an account that lost its own. Its id is the
    SHA-256 of the token in the link, which is not kept."""

    kind: ClassVar[str] = "invitation"
    indexed: ClassVar[tuple[str, ...]] = ("state", "expires")

    roles: tuple[Role, ...]
    person: str = ""
    note: str = Field(default="", max_length=200)  # for whom, in the words of who invites
    made_by: str
    state: Literal["open", "used", "withdrawn"] = "open"
    created: datetime
    expires: datetime


class Preferences(Stored):
    """What holds for the whole workspace in the browser; one row, with the id `workspace`."""

    kind: ClassVar[str] = "preferences"

    id: str = "workspace"
    exercise: bool = False  # every page and publication is marked
    language: str = Field(default="", max_length=16)  # "" = as the browser asks
    issuer: str = Field(default="", max_length=300)  # OpenID provider; "" = none. Its secret: TOCSIN_OPENID_SECRET
    client: str = Field(default="", max_length=300)
    authority: str = Field(default="", max_length=300)  # address of an RFC 3161 timestamp authority; "" = none
    certificates: str = Field(default="", max_length=50_000)  # the authority's, in PEM

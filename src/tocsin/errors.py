"""Every error Tocsin raises on purpose.

TocsinError
├─ UsageError        the command or a parameter is wrong        exit 2, HTTP 400
│  └─ RefusedError   right, but over a limit that protects you  exit 3, HTTP 422
├─ InputError        a file cannot be taken as it is            exit 4, HTTP 422
│  └─ UnknownFormat  no source recognises it, or two do         exit 4, HTTP 422
├─ WorkspaceError    a folder of ours is damaged or in use      exit 5, HTTP 409
├─ NotFoundError     nothing is kept under that name            exit 6, HTTP 404
├─ ConflictError     somebody changed it in the meantime        exit 7, HTTP 409
├─ DisagreementError two computations of one number differ      exit 10, HTTP 500
├─ PartnerError      another server does not do its part        exit 9, HTTP 502
└─ ForbiddenError    not with these roles, or not yet           exit 8, HTTP 403
   ├─ SignInError    it is not known who asks                   exit 8, HTTP 401
   └─ TooOftenError  too many tries; wait                       exit 8, HTTP 429

A message says what is wrong, where, and (in `hint`) what to do next. A bad row is not an error: it is
quarantined (`tocsin.model.Rejected`) and counted.
"""

from __future__ import annotations


class TocsinError(Exception):
    """Base of the tree; carries an exit code, an HTTP status and a hint for the user."""

    exit_code = 1
    http_status = 500

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(TocsinError):
    """A command or parameter is wrong; correct the call."""

    exit_code = 2
    http_status = 400


class RefusedError(UsageError):
    """The work is over a limit; narrow it or raise the limit, as the hint says."""

    exit_code = 3
    http_status = 422


class InputError(TocsinError):
    """A file cannot be read as what it is; the hint says how to repair or map it."""

    exit_code = 4
    http_status = 422


class UnknownFormat(InputError):  # noqa: N818  a state of a file, told by its base
    """No source recognises the file with certainty; name the format or give a mapping."""


class WorkspaceError(TocsinError):
    """A scan folder is damaged, from another version, or in use; the hint says which."""

    exit_code = 5
    http_status = 409


class NotFoundError(TocsinError):
    """No record, file or page is kept under that name; look in the list it came from."""

    exit_code = 6
    http_status = 404


class ConflictError(TocsinError):
    """Somebody changed the record since it was read; read it again and repeat the change."""

    exit_code = 7
    http_status = 409


class DisagreementError(TocsinError):
    """Two independent computations of one number differ, so neither is used; report it as a defect."""

    exit_code = 10
    http_status = 500


class PartnerError(TocsinError):
    """A partner's server cannot be reached, refuses, or answers what it must not; what was confirmed stays."""

    exit_code = 9
    http_status = 502


class ForbiddenError(TocsinError):
    """The roles held do not allow it, or a gate is not passed; the hint says who can, or what is missing."""

    exit_code = 8
    http_status = 403


class SignInError(ForbiddenError):
    """It is not known who asks: nobody is signed in, or what was shown proves nothing; sign in."""

    http_status = 401


class TooOftenError(ForbiddenError):
    """Too many tries in too short a time; the hint says how long to wait."""

    http_status = 429

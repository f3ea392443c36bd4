"""The seed: digits thrown in public by several persons, one after the other, once everything else is fixed."""

from __future__ import annotations

from tocsin.assure.audit.life.files import SEED, AuditFolder
from tocsin.errors import ConflictError, UsageError
from tocsin.model.audit import Dice, Seed

FEWEST = 20  # digits of a seed: some 66 bits


def throw(folder: AuditFolder, person: str, digits: str) -> Seed:
    """Add one person's digits to the seed. What a killed process wrote, and is now given again, counts once.

    Raises `ConflictError` before the commitment and once the seed is complete, `UsageError` for what are no digits.
    """
    if not folder.commitment:
        raise ConflictError(f"{folder.path} is not committed to", hint="run `tocsin audit commit` first")
    kept = folder.seed or Seed(dice=(), seed="")
    if kept.complete:
        raise ConflictError("the seed is complete", hint="go on with the draw")
    plain = "".join(digits.split())
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 100 or not person.strip():
        raise UsageError(f"{digits!r} are no digits of a named person", hint="type the dice as they fell: 3 1 4 6")
    last = _confirmed(folder)
    if last and (last.person, last.digits) == (person.strip(), plain):
        return kept
    dice = (*kept.dice, Dice(person=person.strip(), digits=plain, at=folder.now()))
    seed = Seed(dice=dice, seed=joined(dice))
    folder.put(SEED, seed)
    folder.confirm("dice", [SEED], person.strip())
    return seed


def complete(folder: AuditFolder) -> Seed:
    """End the ceremony. Raises `ConflictError` while there are too few digits or only one person threw."""
    kept = folder.seed
    _confirmed(folder)
    if not kept or len(kept.seed) < FEWEST:
        raise ConflictError(
            f"{len(kept.seed) if kept else 0} digits are too few", hint=f"at least {FEWEST}: throw more dice"
        )
    if len({one.person for one in kept.dice}) < 2:
        raise ConflictError("one person alone threw all dice", hint="let another person throw some")
    if not kept.complete:
        kept = kept.model_copy(update={"complete": True})
        folder.put(SEED, kept)
    if not any(line.step == "seed" for line in folder.log()):
        folder.confirm("seed", [SEED])
    return kept


def _confirmed(folder: AuditFolder) -> Dice | None:
    """Confirm the dice that a process wrote and was killed before it could; returns them."""
    kept = folder.seed
    if not kept or len(kept.dice) <= sum(line.step == "dice" for line in folder.log()):
        return None
    folder.confirm("dice", [SEED], kept.dice[-1].person)
    return kept.dice[-1]


def joined(dice: tuple[Dice, ...]) -> str:
    """The seed: everybody's digits one after the other."""
    return "".join(one.digits for one in dice)

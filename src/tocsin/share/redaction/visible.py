"""Which objects an audience sees, and what is left of each once everything it may not see is out.

What is withheld leaves no trace: an object that cannot stand without it goes too, and so on until nothing refers to
what is not there.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from tocsin.model.exchange import Audience
from tocsin.model.grades import Tlp
from tocsin.share.redaction.judge import Judge, is_free
from tocsin.share.redaction.marking import CARRIED
from tocsin.share.redaction.paths import Path, is_reference, pruned, references
from tocsin.share.stix.check import Stix, is_observable, moment_key, problems
from tocsin.share.stix.extension import HANDLING
from tocsin.share.stix.scales import TLP_IDS

#: Properties of which one is needed where any can be missing (STIX 2.1, sections 4.11, 6.1, 6.7, 6.12).
_ONE_OF = {
    "artifact": ("payload_bin", "url"),
    "file": ("hashes", "name"),
    "location": ("region", "country", "latitude"),
    "network-traffic": ("src_ref", "dst_ref"),
}
_COMMON = frozenset(
    {"type", "id", "spec_version", "defanged", "object_marking_refs", "granular_markings", "extensions"}
)
#: Properties without which an object would be another one, or marked less.
_FIXED = frozenset({"type", "id", "spec_version", "created", "modified", "object_marking_refs", "granular_markings"})


class Seen(NamedTuple):
    """What an audience sees: the objects as they are, and what is left of each, by id in the order given; and by which
    rule others are out."""

    before: dict[str, Stix]
    after: dict[str, Stix]
    rules: dict[str, str]


def seen(
    objects: Iterable[Stix], audience: Audience, unmarked: Tlp, always: Collection[str], given: Collection[str]
) -> Seen:
    """Judge the newest version of each object. `unmarked` marks those that nothing marks; the ids in `always` may be
    referred to; a revoked object goes only to those who have it, `given`."""
    newest = {id_: obj for id_, obj in _newest(objects).items() if id_ not in always}
    judge = Judge(newest, audience, unmarked)
    rules = {id_: rule for id_, obj in newest.items() if (rule := judge.rule(obj, id_ in given))}
    hidden = {id_: judge.hidden(obj) for id_, obj in newest.items() if id_ not in rules}
    rules |= {id_: "marks its own marking" for id_, paths in hidden.items() if any(map(_fixed, paths))}
    bare = {id_ for id_, obj in newest.items() if unmarked != "clear" and judge.is_bare(obj)}
    settling = _Settling(newest, hidden, audience, set(always))
    after = {id_: _marked(o, unmarked) if id_ in bare else o for id_, o in settling.run(rules).items()}
    used = _used(after)
    rules |= {id_: "nothing seen uses it" for id_, obj in after.items() if is_free(obj) and id_ not in used}
    return Seen(newest, {id_: obj for id_, obj in after.items() if id_ not in rules}, rules)


def _newest(objects: Iterable[Stix]) -> dict[str, Stix]:
    """The last version of each object; what has no type or id cannot be judged and is nobody's."""
    found: dict[str, Stix] = {}
    for obj in objects:
        id_ = obj.get("id")
        if not isinstance(id_, str) or not is_reference(id_) or not isinstance(obj.get("type"), str):
            continue
        if id_ not in found or _version(found[id_]) <= _version(obj):
            found[id_] = obj
    return found


def _version(obj: Stix) -> tuple[str, str]:
    return moment_key(str(obj.get("modified") or obj.get("created") or ""))


def _fixed(path: Path) -> bool:
    """Whether a marked part, if it went, would take the marking or the identity of the object with it."""
    if path == CARRIED:
        return False
    return path == () or path[0] in _FIXED or path == ("extensions",) or path[:2] == ("extensions", HANDLING)


class _Settling:
    """Takes out what refers to what is out, until nothing does."""

    def __init__(
        self, objects: Mapping[str, Stix], hidden: Mapping[str, tuple[Path, ...]], audience: Audience, known: set[str]
    ) -> None:
        self._objects = objects
        self._hidden = hidden
        self._members = frozenset(audience.organisations)
        self._known = known

    def run(self, rules: dict[str, str]) -> dict[str, Stix]:
        """What is left of each object; those that cannot stand without what is out join `rules`."""
        self._known.update(id_ for id_ in self._objects if id_ not in rules)
        users: dict[str, set[str]] = defaultdict(set)
        for id_, obj in self._objects.items():
            for other in references(obj):
                users[other].add(id_)
        left: dict[str, Stix] = {}
        waiting = deque(id_ for id_ in self._objects if id_ in self._known)
        while waiting:
            id_ = waiting.popleft()
            if id_ in rules:
                continue
            left[id_] = self._left(id_)
            if not _stands(self._objects[id_], left[id_]):
                rules[id_] = "nothing is left that could stand"
                self._known.discard(id_)
                waiting += users[id_]
        return {id_: left[id_] for id_ in self._objects if id_ not in rules}

    def _left(self, id_: str) -> Stix:
        obj = self._objects[id_]
        paths = {*self._hidden[id_], *_translated(obj, self._hidden)}
        restriction = ("extensions", HANDLING, "organisations")

        def goes(path: Path, value: Any) -> bool:
            key = path[-1]
            if path[:-1] == restriction and value in self._members:
                return False
            return (
                path in paths
                or (path != ("id",) and is_reference(value) and value not in self._known)
                or (is_reference(key) and path[:-1] != ("extensions",) and key not in self._known)
            )

        return pruned(obj, goes)


def _translated(obj: Stix, hidden: Mapping[str, tuple[Path, ...]]) -> Iterable[Path]:
    """The translations of withheld properties of another object (language-content, STIX 2.1 section 7.1)."""
    target, contents = obj.get("object_ref"), obj.get("contents")
    if obj["type"] == "language-content" and isinstance(contents, dict):
        for path in hidden.get(str(target), ()):
            yield from (("contents", language, path[0]) for language in contents)


def _stands(before: Stix, after: Stix) -> bool:
    """Whether what is left is an object as good as it was."""
    if before == after:
        return True
    kind = before["type"]
    any_of = _ONE_OF.get(kind)
    if any_of and any(name in before for name in any_of) and not any(name in after for name in any_of):
        return False
    if kind == "location" and ("latitude" in after) != ("longitude" in after):
        return False
    if is_observable(before) and not after.keys() - _COMMON:
        return False
    return kind != "extension-definition" and not set(problems(after)) - set(problems(before))


def _marked(obj: Stix, unmarked: Tlp) -> Stix:
    """The object with the marking it has from its case, which would be lost on the way."""
    return {**obj, "object_marking_refs": [*obj.get("object_marking_refs", []), TLP_IDS[unmarked]]}


def _used(objects: Mapping[str, Stix]) -> set[str]:
    """The meta objects that something seen uses; the others say nothing to anybody."""
    used: set[str] = set()
    waiting = [obj for obj in objects.values() if not is_free(obj)]
    while waiting:
        for id_ in references(waiting.pop()) - used:
            used.add(id_)
            if id_ in objects and is_free(objects[id_]):
                waiting.append(objects[id_])
    return used

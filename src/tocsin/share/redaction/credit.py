"""Who said what, where the object of another body goes on as one of ours."""

from __future__ import annotations

from tocsin.share.positions import SAID_BY
from tocsin.share.redaction.judge import META
from tocsin.share.redaction.marking import Definitions, carried
from tocsin.share.redaction.visible import Seen
from tocsin.share.stix.check import Stix, is_observable
from tocsin.share.stix.extension import HANDLING


class Credits:
    """Puts the name of the body that said something beside ours, so that who says what is not lost; also where we
    fitted it from what it carries. Only if the audience sees the body, and its name is marked no more strictly than
    what it stands in."""

    def __init__(self, found: Seen, us: str) -> None:
        self._before, self._us = found.before, us
        self._markings = Definitions(found.after)
        self._bodies: dict[str, Stix] = {}
        for id_, obj in found.after.items():
            if obj["type"] == "identity" and isinstance(obj.get("name"), str):
                extensions = found.before[id_].get("extensions", {})
                ours = extensions.get(HANDLING) if isinstance(extensions, dict) else None
                came = ours.get("original_id") if isinstance(ours, dict) else None
                self._bodies |= {one: obj for one in (id_, came) if isinstance(one, str)}

    def put(self, obj: Stix) -> Stix:
        """The object, with a reference to whose words it holds if that is another body."""
        creator, refs = obj.get("created_by_ref"), obj.get("external_references", [])
        if creator == self._us:
            creator = (carried(self._before[obj["id"]]) or {}).get("created_by_ref")
        body = self._bodies.get(creator) if isinstance(creator, str) else None
        if body is None or obj["type"] in META or is_observable(obj) or not self._may_stand(body, obj):
            return obj
        if not isinstance(refs, list) or any(
            isinstance(ref, dict) and ref.get("description") == SAID_BY for ref in refs
        ):
            return obj
        return {**obj, "external_references": [*refs, {"source_name": body["name"], "description": SAID_BY}]}

    def _may_stand(self, body: Stix, obj: Stix) -> bool:
        name, here = self._markings.of_object(body), self._markings.of_object(obj)
        fields = [path for path, _ in self._markings.of_fields(body) if path[:1] in ((), ("name",))]
        groups = all(group in here.organisations for group in name.organisations)
        return not fields and name.tlp <= here.tlp and name.pap <= here.pap and groups

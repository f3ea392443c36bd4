"""A workspace with four people, and a case taken as far as it goes."""

import pytest
from tests.cases.making import ANNA, CORA, Built
from tests.store.build import item

from tocsin.model.case import Link
from tocsin.model.exchange import Channel, Measure, Narrative, Technique
from tocsin.share.stix import entities, exporting

RELEASE = "v1.6 (2024-11-22)"
SECRET = "Quentin Ashgrove"  # a private person in every case that is built


@pytest.fixture
def built(ws):
    """A reviewed case with an item of evidence, techniques, channels, a narrative and a measure."""
    case = Built(ws).named().in_scope().written()
    with ws.write("anna", "capture") as w:
        kept = ws.vault.put(b"a page")
        w.put(item(kept, id="page", case=case.case_id, source="https://t.example/abc/1", media_type="text/html"))
    link = Link(to="item", id="page", note=f"says {SECRET}", source="B", information="2")
    case.claim("behaviour", evidence=(case.link, link))
    case.reviewed().heard()
    for own, name in (
        (Technique(disarm="T0049", release=RELEASE, note=f"Seen by {SECRET}.", evidence=(link,)), ""),
        (Channel(platform="telegram", url="https://t.example/abc", account="abc", attribution="state-linked",
                 confidence="moderate", basis="Same server.", evidence=(link,)), "abc"),
        (Channel(platform="telegram", account="quentin", private=True), "his own"),
        (Channel(platform="telegram", url="https://t.example/QuentinAshgrove"), "named by its address"),
        (Narrative(text=f"{SECRET} says the vote is stolen.", languages=("en",)), "stolen vote"),
        (Measure(disarm="C00012", against=("T0049",)), ""),
    ):  # fmt: skip
        entities.add(ws, ANNA, case.case_id, own, name)
    return case


@pytest.fixture
def export(ws, tmp_path):
    """Export a case and give the bundle with the text of the file."""

    def run(case_id, profile="core"):
        path = tmp_path / f"{profile}.json"
        bundle, _ = exporting.export(ws, CORA, case_id, profile, path)
        return bundle, path.read_text()

    return run

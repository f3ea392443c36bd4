"""Ids of observables are those that the stix2 library makes, and nothing else contributes."""

import pytest
import stix2
from tests.share.stix.samples import sco

from tocsin.model.grades import Grade
from tocsin.share.stix.ids import observable_id
from tocsin.share.stix.scales import admiralty_of, confidence_of, likelihood_of

KINDS = [
    (stix2.v21.URL, {"value": "https://a.example/ü?x=1"}),
    (stix2.v21.DomainName, {"value": "a.example"}),
    (stix2.v21.EmailAddress, {"value": "a@b.example", "display_name": "A"}),
    (stix2.v21.IPv4Address, {"value": "198.51.100.3"}),
    (stix2.v21.UserAccount, {"user_id": "u", "account_login": "l", "display_name": "d"}),
    (stix2.v21.AutonomousSystem, {"number": 64500, "name": "n"}),
    (stix2.v21.File, {"hashes": {"SHA-256": "a" * 64, "MD5": "b" * 32}, "name": "f", "size": 3}),
    (stix2.v21.Software, {"name": "s", "vendor": "v"}),
    (stix2.v21.Mutex, {"name": "m"}),
]


@pytest.mark.parametrize(("kind", "content"), KINDS, ids=[kind._type for kind, _ in KINDS])
def test_ids_are_those_of_the_library(kind, content):
    assert observable_id({"type": kind._type, **content}) == kind(**content)["id"]


def test_without_a_contributing_property_the_id_is_random():
    one, other = (sco("user-account", display_name="d")["id"] for _ in range(2))
    assert one != other
    assert one.split("--")[1][14] == "4"


@pytest.mark.parametrize(
    ("grade", "value"),
    [
        (Grade(confidence="high", information="3"), 85),
        (Grade(information="1"), 90),
        (Grade(information="6"), None),
        (Grade(), None),
    ],
)
def test_confidence_is_appendix_a(grade, value):
    converted = confidence_of(grade)
    assert converted.value == value
    assert converted.lost


def test_every_confidence_has_a_credibility_and_a_band():
    """Appendix A: ranges 80-100 to 1, 0-19 to 5; 0-9 almost no chance, 90-100 almost certain."""
    assert [admiralty_of(n).value for n in (0, 19, 20, 39, 40, 59, 60, 79, 80, 100)] == list("5544332211")
    bands = [likelihood_of(n).value for n in (0, 9, 10, 39, 40, 59, 60, 79, 80, 89, 90, 100)]
    assert bands == [
        "almost no chance", "almost no chance", "very unlikely", "unlikely", "roughly even chance",
        "roughly even chance", "likely", "likely", "very likely", "very likely", "almost certain", "almost certain",
    ]  # fmt: skip

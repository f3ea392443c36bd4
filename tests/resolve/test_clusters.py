"""Entries of several lists that are one person."""

from tests.resolve.listing import listed

from tocsin.resolve.clusters import CLUSTERS, cluster

LAVROV = {"birth_dates": ["1950-03-21"], "countries": ["ru"]}


def test_entries_of_different_lists_are_joined():
    found = cluster(
        listed(
            ("eu-fsf", "1", ["Sergey Viktorovich LAVROV"], LAVROV),
            ("us-ofac-sdn", "2", ["Ivan Ivanovich SIDOROV"]),
            ("gb-uksl", "3", ["LAVROV Sergei Viktorovich"], LAVROV),
            ("us-ofac-sdn", "4", ["LAVROV, Sergei Viktorovich"], LAVROV),
        )
    )
    assert found.schema == CLUSTERS
    assert found["cluster"].to_pylist() == [0, 1, 0, 0]
    assert found["probability"][1].as_py() is None
    assert min(p for p in found["probability"].to_pylist() if p) > 0.5


def test_no_cluster_holds_two_entries_of_a_list():
    twins = listed(
        ("eu-fsf", "1", ["Sergey Viktorovich LAVROV"], LAVROV),
        ("eu-fsf", "2", ["Sergey Viktorovich LAVROV"], LAVROV),
        ("us-ofac-sdn", "3", ["LAVROV, Sergey Viktorovich"], LAVROV),
    )
    assert cluster(twins)["cluster"].to_pylist() == [0, 1, 0]


def test_persons_and_organisations_are_not_joined():
    wagner = listed(("eu-fsf", "1", ["Wagner"]), ("us-ofac-sdn", "2", ["Wagner"], {"schema": "Organization"}))
    assert cluster(wagner)["cluster"].to_pylist() == [0, 1]


def test_another_birth_date_keeps_namesakes_apart():
    other = {"birth_dates": ["1985-11-02"], "countries": ["bg"]}
    found = listed(("eu-fsf", "1", ["Ivan Petrov"], LAVROV), ("us-ofac-sdn", "2", ["Ivan Petrov"], other))
    assert cluster(found)["cluster"].to_pylist() == [0, 1]


def test_empty_lists():
    assert cluster(listed()).num_rows == 0
    assert cluster(listed(("eu-fsf", "1", []), ("gb-uksl", "2", [""]))).num_rows == 2

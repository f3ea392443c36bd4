"""Claims as publishers give them out: pages, graphs, feeds, answers of a search, tables; and lists of domains."""

import json
from datetime import date

import pytest

from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.factcheck import CLAIMS, OPINIONS
from tocsin.sources.claims import read_claims, read_opinions

REVIEW = {
    "@context": "https://schema.org",
    "@type": ["Review", "http://schema.org/ClaimReview"],
    "url": "https://facts.example/river",
    "datePublished": "2024-05-02T08:00:00+02:00",
    "author": {"@id": "#desk"},
    "claimReviewed": "Ballots were found in the river &amp; burnt.",
    "reviewRating": {"@type": "Rating", "alternateName": ["No evidence"], "ratingValue": "1", "bestRating": "5"},
    "itemReviewed": {
        "@type": "Claim",
        "author": [{"@type": "Person", "name": "A post"}],
        "datePublished": "2024-05-01",
        "appearance": ["https://social.example/1", {"url": "https://social.example/2"}],
    },
}
DESK = {"@id": "#desk", "@type": "Organization", "name": "River Desk"}
SEARCH = {
    "claims": [
        {
            "text": "A second claim.",
            "claimant": "Somebody",
            "claimDate": "2024-01-01T00:00:00Z",
            "claimReview": [
                {
                    "publisher": {"name": "One", "site": "one.example"},
                    "url": "https://one.example/a",
                    "title": "No",
                    "reviewDate": "2024-01-03T00:00:00Z",
                    "textualRating": "Mostly wrong",
                    "languageCode": "pt-BR",
                },
                {"publisher": {"site": "two.example"}, "url": "https://two.example/b", "textualRating": "Wrong"},
                "broken",
            ],
        }
    ],
    "nextPageToken": "x",
}


def written(folder, name, content):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_graph_in_a_page_with_all_that_pages_do(tmp_path):
    graph = json.dumps({"@graph": [DESK, {"@type": "WebPage", "review": {"x": [REVIEW]}}]})
    loose = graph[:-1] + ",}"
    page = f"""<!doctype html><title>x</title><script>let a = {{}}</script>
    <script data-x type='application/ld+json'><!-- {loose} --></script>
    <script type="application/ld+json">{{"@type": "ClaimReview", "url": </script>
    <script type="application/ld+json">{{"@type": "ClaimReview", "url": "https://facts.example/2"}}</script>"""
    found = read_claims([written(tmp_path, "page.html", page)])
    assert found.table.schema.equals(CLAIMS)
    (row,) = found.table.to_pylist()
    assert row["text"] == "Ballots were found in the river & burnt."
    assert (row["publisher"], row["verdict"], row["claimant"]) == ("River Desk", "No evidence", "A post")
    assert (row["said"], row["date"]) == (date(2024, 5, 1), date(2024, 5, 2))
    assert row["appearances"] == ["https://social.example/1", "https://social.example/2"]
    assert [one.reason for one in found.rejected] == [
        "JSON-LD that is not JSON",
        "a ClaimReview without claimReviewed",
    ]


def test_the_same_review_has_one_id_in_every_form(tmp_path):
    whole = REVIEW | {"author": DESK}
    forms = {
        "one.json": whole,
        "list.json": [whole],
        "feed.json": {"@type": "DataFeed", "dataFeedElement": [{"@type": "DataFeedItem", "item": [whole]}]},
        "lines.jsonl": json.dumps(whole) + "\n" + "{broken\n",
    }
    ids = {read_claims([written(tmp_path, *form)]).table["claim"].to_pylist()[0] for form in forms.items()}
    assert len(ids) == 1
    every = read_claims([tmp_path])
    assert every.table.num_rows == 1
    assert sum(one.duplicates for one in every.inputs) == 3
    assert sum(one.rejected for one in every.inputs) == 1


def test_answers_of_a_search_give_a_row_a_review(tmp_path):
    found = read_claims([written(tmp_path, "search.json", SEARCH)])
    one, two = found.table.to_pylist()
    assert (one["publisher"], one["language"], one["verdict"]) == ("One", "pt", "Mostly wrong")
    assert (two["publisher"], two["date"]) == ("two.example", None)
    assert len(found.rejected) == 1


def test_our_own_export_is_read_back(tmp_path):
    review = {"@context": "https://schema.org", "@graph": [{
        "@type": "ClaimReview", "url": "https://desk.example/case#behaviour", "datePublished": "2024-06-01",
        "author": {"@type": "Organization", "name": "Desk"}, "claimReviewed": "Six accounts posted as one.",
        "itemReviewed": {"@type": "Claim", "name": "Case: behaviour", "text": "Six accounts posted as one."},
        "reviewRating": {"@type": "Rating", "ratingValue": 6, "bestRating": 7, "alternateName": "very likely"},
    }]}  # fmt: skip
    (row,) = read_claims([written(tmp_path, "case.jsonld", review)], kind="own").table.to_pylist()
    assert (row["kind"], row["verdict"], row["publisher"]) == ("own", "very likely", "Desk")


def test_tables_by_their_columns_or_as_told(tmp_path):
    table = written(tmp_path, "t.tsv", "claim_id\tvclaim\ttitle\n7\tFirst.\tA\n7\tSecond.\tB\n8\t\tC\n")
    found = read_claims([table], publisher="P")
    assert [(one["claim"], one["text"], one["publisher"]) for one in found.table.to_pylist()] == [
        ("7", "First.", "P"),
        ("7-2", "Second.", "P"),
    ]
    assert [(one.row, one.reason) for one in found.rejected] == [(4, "no claim in it")]
    bad = written(
        tmp_path, "b.csv", "claim,url,appearance\nA <b>claim</b>.,javascript:alert(1),data:x https://a.example/1\n"
    )
    (row,) = read_claims([bad]).table.to_pylist()
    assert (row["text"], row["url"], row["appearances"]) == ("A claim .", None, ["https://a.example/1"])
    odd = written(tmp_path, "o.csv", "what,sort,pdq\nOpen from 7 to 8.,official," + "AB" * 32 + "\n")
    (row,) = read_claims([odd], mapping={"text": "what", "kind": "sort"}).table.to_pylist()
    assert (row["kind"], row["verdict"], row["pictures"]) == ("official", None, ["ab" * 32])
    with pytest.raises(UnknownFormat, match="no column"):
        read_claims([odd])
    with pytest.raises(UsageError, match="no such field"):
        read_claims([odd], mapping={"words": "what"})


def test_hostile_files_end_in_a_clear_error_or_are_set_aside(tmp_path):
    nested = written(tmp_path, "nested.json", '{"a":' * 60 + json.dumps(REVIEW) + "}" * 60)
    assert [one.reason for one in read_claims([nested]).rejected] == ["nested too deeply"]
    deep = written(tmp_path, "deep.json", '{"a":' * 5_000 + "1" + "}" * 5_000)
    assert read_claims([deep]).table.num_rows == 0
    with pytest.raises(InputError, match="no ClaimReview"):
        read_claims([written(tmp_path, "no.html", "<html>nothing</html>")])
    binary = tmp_path / "x.json"
    binary.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(InputError):
        read_claims([binary])


def test_opinions_are_told_in_the_words_of_their_list(tmp_path):
    table = written(tmp_path, "o.csv", "domain,category,score\nhttps://www.Bad.example/x,unreliable,0.1\nno name,x,1\n")
    found = read_opinions([table], source="Some list", day=date(2024, 5, 1))
    assert found.table.schema.equals(OPINIONS)
    (row,) = found.table.to_pylist()
    assert (row["domain"], row["opinion"]) == ("bad.example", "category unreliable; score 0.1")
    assert (row["list"], row["date"], row["row"]) == ("Some list", date(2024, 5, 1), 2)
    assert [one.row for one in found.rejected] == [3]
    chosen = read_opinions([table], source="L", mapping={"opinion": "score"}).table
    assert chosen["opinion"].to_pylist() == ["0.1"]
    plain = written(tmp_path, "l.txt", "one.example\n# remark\ntwo.example\n")
    assert read_opinions([plain], source="L").table["opinion"].to_pylist() == ["is on the list"] * 2
    with pytest.raises(UsageError):
        read_opinions([plain], source=" ")

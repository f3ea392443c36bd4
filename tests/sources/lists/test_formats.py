"""Each format says the same of the same persons, companies and ships."""

import gzip
import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from tests.sources.lists import samples
from tests.sources.lists.samples import DAY, PEOPLE, SINGLE

from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.listing import LISTED
from tocsin.sources.lists import read_list
from tocsin.sources.lists.formats import FORMATS
from tocsin.sources.lists.reading import format_of

LIST_OF = {"ofac-xml": "us-ofac-sdn", "uksl-xml": "gb-uksl", "uksl-csv": "gb-uksl"}
PERSON, COMPANY, SHIP, _ = PEOPLE
NAMES = {"sdn_2024-05-06.csv": 0, "add.csv": 1, "alt.csv": 2}


@pytest.fixture
def put(tmp_path):
    """Write a file and give its path."""

    def write(name, data):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def ofac(put):
    tables = samples.ofac_tables()
    return [put(name, tables[i]) for name, i in NAMES.items()]


def said(read):
    """What an edition says, without where it stands."""
    return [{k: v for k, v in row.items() if k not in ("file", "row")} for row in read.table.to_pylist()]


def names(row, kind=None):
    return {name["name"] for name in row["names"] if kind in (None, name["kind"])}


def test_every_format_is_made_here_and_known_by_its_content(put, ofac):
    delimited = put("sdn_2024-05-06.del", samples.ofac_tables(delimiter="@")[0])
    found = {format_of(put(name, data)).id: id_ for id_, (name, data) in SINGLE.items()}
    found |= {format_of(path).id: path for path in (ofac[0], delimited)}
    assert set(found) == set(FORMATS)
    assert all(id_ == made for id_, made in found.items() if id_ in SINGLE)


@pytest.mark.parametrize("id_", SINGLE)
def test_the_edition(put, id_):
    name, data = SINGLE[id_]
    read = read_list([put(name, data)])
    assert read.edition.list == LIST_OF.get(id_, id_)
    assert read.edition.published == DAY.isoformat()
    assert (read.edition.entries, read.edition.rejected, read.rejected) == (4, 0, [])
    assert read.table.schema == LISTED
    assert set(read.table["list"].to_pylist()) == {read.edition.list}
    assert read.edition.file == name
    assert len(read.edition.sha256) == 64


@pytest.mark.parametrize("id_", SINGLE)
def test_the_person(put, id_):
    row = read_list([put(*SINGLE[id_])]).table.to_pylist()[0]
    primary = {"ofac-xml": "PROBNY, Testislav Examplovich"}.get(id_, PERSON.name)
    assert row["schema"] == "Person"
    assert row["names"][0] == {"name": primary, "kind": "primary"}
    assert names(row) == {primary, *PERSON.aliases, *PERSON.weak, PERSON.script}
    assert names(row, "weak") == ({*PERSON.weak} if id_ != "ca-sema" else set())  # Canada does not tell
    assert row["birth_dates"] == ["1961-02-03"]
    assert row["listed"] == PERSON.listed
    assert row["countries"] == ([] if id_ == "ca-sema" else ["ru"])
    if id_ not in ("ca-sema", "au-dfat"):
        passport = [number for number in row["numbers"] if number["kind"] == "passport"]
        assert [number["number"] for number in passport] == [PERSON.passport]
        assert row["genders"] == ["male"]
    if id_ != "ca-sema":
        assert row["birth_places"][0].startswith("Examplegrad")
        assert "Sample Street" in row["addresses"][0]
    if id_ not in ("ch-seco", "au-dfat"):
        assert row["positions"] == [PERSON.position]
    if id_ not in ("ca-sema", "ofac-xml"):
        assert row["reason"] == PERSON.reason


@pytest.mark.parametrize("id_", SINGLE)
def test_the_company_and_the_ship(put, id_):
    _, company, ship, woman = read_list([put(*SINGLE[id_])]).table.to_pylist()
    assert company["schema"] == "Organization"
    assert company["names"][0]["name"] == COMPANY.last
    assert company["countries"] == ([] if id_ == "ca-sema" else ["by"])
    assert company["listed"] == COMPANY.listed
    if id_ != "eu-fsf":  # has no ships
        assert ship["schema"] == "Vessel"
        assert {"kind": "imo", "number": SHIP.imo} == {k: ship["numbers"][0][k] for k in ("kind", "number")}
    assert woman["schema"] == "Person"
    assert woman["genders"] == ([] if id_ in ("ca-sema", "au-dfat") else ["female"])


@pytest.mark.parametrize("id_", SINGLE)
def test_every_row_says_where_it_stands(put, id_):
    path = put(*SINGLE[id_])
    rows = read_list([path]).table.to_pylist()
    assert {row["file"] for row in rows} == {str(path)}
    assert [row["row"] for row in rows] == sorted(row["row"] for row in rows)
    if not path.name.endswith("xlsx"):
        lines = path.read_text().split("\n")
        first = rows[0]["entry"].rpartition("-")[2] if id_ == "opensanctions" else PERSON.last
        assert any(first in line for line in lines[rows[0]["row"] - 1 : rows[0]["row"] + 1])


@pytest.mark.parametrize("id_", [id_ for id_ in SINGLE if id_ != "au-dfat"])
def test_packed_it_is_the_same(put, id_):
    name, data = SINGLE[id_]
    plain = read_list([put(name, data)])
    packed = read_list([put(name + ".gz", gzip.compress(data))])
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(name, data)
    zipped = read_list([put(name + ".zip", archive.getvalue())])
    assert said(plain) == said(packed) == said(zipped)
    assert zipped.edition.file == name


def test_ofac_tables_in_any_order_are_one_edition(ofac):
    read, turned = read_list(ofac), read_list(ofac[::-1])
    assert said(read) == said(turned)
    assert read.edition.sha256 == turned.edition.sha256
    assert (read.edition.list, read.edition.published, read.rejected) == ("us-ofac-sdn", "2024-05-06", [])
    row = read.table.to_pylist()[0]
    assert names(row, "weak") == {"Kesha"}
    assert row["birth_dates"] == ["1961-02-03"]
    assert row["programmes"] == ["TEST-EO1", "SECOND"]
    assert row["related"] == ["linked-to:1002"]
    assert row["listed"] is None  # the format does not tell


@pytest.mark.parametrize("delimiter", "@|")
def test_ofac_delimited_is_the_same(put, ofac, delimiter):
    tables = samples.ofac_tables(delimiter=delimiter)
    paths = [put(name.replace("csv", "del"), tables[i]) for name, i in NAMES.items()]
    assert said(read_list(paths)) == said(read_list(ofac))
    assert format_of(paths[0]).id == "ofac-delimited"


def test_ofac_names_are_alike_in_both_forms(put, ofac):
    tables, xml = read_list(ofac).table.to_pylist(), read_list([put(*SINGLE["ofac-xml"])]).table.to_pylist()
    for one, other in zip(tables, xml, strict=True):
        assert names(one) == names(other)
        for field in ("entry", "schema", "birth_dates", "countries", "genders", "programmes", "measures"):
            assert one[field] == other[field], field


def test_the_consolidated_list_of_ofac(put):
    sdn, add, alt = samples.ofac_tables()
    files = {"cons_prim_2024-05-06.csv": sdn, "cons_add.csv": add, "cons_alt.csv": alt}
    read = read_list([put(name, data) for name, data in files.items()])
    assert read.edition.list == "us-ofac-cons"
    assert read.table["measures"].to_pylist()[0] == []  # whom it does not block
    xml = samples.ofac_xml(list_name="Consolidated List")
    assert read_list([put("CONS_ADVANCED.XML", xml)]).edition.list == "us-ofac-cons"


def test_ofac_without_its_main_file(ofac):
    with pytest.raises(InputError, match="main file is missing"):
        read_list(ofac[1:])
    with pytest.raises(InputError, match="second file of main file"):
        read_list([ofac[0], ofac[0]])
    assert "without addresses and alternate names" in " ".join(read_list(ofac[:1]).edition.notes)


def test_ofac_comments_go_on_where_remarks_end(put):
    sdn, add, alt = samples.ofac_tables()
    cut = sdn.replace(b"nationality Russia", b"nationality Rus", 1)
    rest = cut.split(b"nationality Rus", 1)[1].split(b'"', 1)[0].decode()
    cut = cut.replace(rest.encode(), b"", 1)
    comments = f'1001,"sia{rest}"\r\n1002,"-0- "\r\n'.encode()
    files = {"sdn_2024-05-06.csv": cut, "add.csv": add, "alt.csv": alt, "sdn_comments.csv": comments}
    paths = [put(name, data) for name, data in files.items()]
    row = read_list(paths).table.to_pylist()[0]
    assert (row["countries"], row["genders"]) == (["ru"], ["male"])
    assert {format_of(path).id for path in paths} == {"ofac-csv"}


def test_a_row_of_another_table_without_its_entry_is_set_aside(put, ofac):
    path = put("alt.csv", samples.ofac_tables()[2] + b'9999,1,"aka","NOBODY",-0- \r\n')
    read = read_list([ofac[0], ofac[1], path])
    assert [(row.row, row.reason) for row in read.rejected] == [(5, "its entry is not in the main file")]
    assert read.edition.rejected == 1


def test_the_day_of_publication(put, ofac):
    data = SINGLE["ca-sema"][1]
    told = put("uk.xml", samples.uksl_xml())
    given = date(2024, 1, 2)
    assert read_list([put("sema-lmes.xml", data)], published=given).edition.published == "2024-01-02"
    assert read_list([told], published=given).edition.published == "2024-01-02"
    assert "the file says it is of 2024-05-06" in read_list([told], published=given).edition.notes
    assert read_list([put("sema_202402.xml", data)]).edition.published == "2024-02-29"  # the month, at its end
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("sema.xml", data)
    assert read_list([put("lists_2024-03-04.zip", archive.getvalue())]).edition.published == "2024-03-04"
    folder = ofac[0].parent / "2024-04-05"
    folder.mkdir()
    (folder / "sema-lmes.xml").write_bytes(data)
    assert read_list([folder]).edition.published == "2024-04-05"
    with pytest.raises(UsageError, match="does not say when it was published"):
        read_list([put("sema-lmes.xml", data)])


def test_what_is_no_list(put):
    with pytest.raises(UnknownFormat, match="no sanctions list"):
        read_list([put("posts.csv", b"id,text\n1,hello\n")])
    with pytest.raises(UnknownFormat, match="no sanctions list"):
        read_list([put("table.csv", b"1,2,3,4,5\n" * 9)])
    with pytest.raises(UsageError, match="no such format"):
        read_list([put("a.xml", b"<a/>")], format="nonsense")
    with pytest.raises(UsageError, match="at most"):
        read_list([put("a.xml", samples.eu_fsf()), put("b.xml", samples.eu_fsf())])
    with pytest.raises(UsageError, match="no file"):
        read_list([])
    with pytest.raises(InputError, match="no such file"):
        read_list(["/nowhere/list.xml"])


def test_switzerland_keeps_who_was_taken_off(put):
    rows = read_list([put("seco.xml", samples.seco(delisted=("1002",)))]).table.to_pylist()
    assert [row["delisted"] for row in rows] == [None, date(2024, 3, 1), None, None]
    assert rows[1]["listed"] == COMPANY.listed


def test_switzerland_spells_names_in_other_scripts(put):
    row = read_list([put(*SINGLE["ch-seco"])]).table.to_pylist()[0]
    assert names(row, "alias") == {*PERSON.aliases, "Тестислав ПРОБНЫЙ"}


def test_canada_in_english_alone(put):
    both = read_list([put("a_2024-05-06.xml", samples.sema())])
    english = read_list([put("b_2024-05-06.xml", samples.sema(bilingual=False))])
    assert said(both) == said(english)


def test_canada_has_no_ids_so_items_are(put):
    twice = samples.sema().replace(b"<Item-NumeroDarticle>4<", b"<Item-NumeroDarticle>1<")
    twice = twice.replace(b"Moldova / Moldovae", b"Russia / Russiae")
    rows = read_list([put("a_2024-05-06.xml", twice)]).table.to_pylist()
    assert [row["entry"] for row in rows][::3] == ["Russia/1, Part 1/1", "Russia/1, Part 1/1/Ana MUSTERESCU"]


def test_canada_divides_aliases_but_not_legal_forms(put):
    company = replace(COMPANY, aliases=("One Co., Ltd., a.k.a. Two LLC, Three, Inc.",))
    row = read_list([put("a_2024-05-06.xml", samples.sema([company]))]).table.to_pylist()[0]
    assert names(row, "alias") == {"One Co., Ltd.", "Two LLC", "Three, Inc."}


def test_listings_taken_over_by_the_united_kingdom(put):
    row = read_list([put("ConList.csv", samples.ofsi_csv())]).table.to_pylist()[0]
    assert (row["entry"], row["listed"], row["inherited"]) == ("TST1001", date(2020, 12, 31), date(2014, 3, 17))
    taken_over = replace(PERSON, listed=date(2020, 12, 31))
    xml = samples.uksl_xml([taken_over]).replace(b"<SanctionsImposed>", b"<OtherInformation>Listed on: 12/05/2014 as EU"
                                                 b"</OtherInformation><SanctionsImposed>")  # fmt: skip
    assert read_list([put("uk.xml", xml)]).table.to_pylist()[0]["inherited"] == date(2014, 5, 12)
    assert read_list([put("uk2.xml", samples.uksl_xml())]).table.to_pylist()[0]["inherited"] is None


def test_both_forms_of_the_british_list_say_the_same(put):
    xml, table = (said(read_list([put(*SINGLE[id_])])) for id_ in ("uksl-xml", "uksl-csv"))
    for one, other in zip(xml, table, strict=True):
        assert {**one, "names": names(one)} == {**other, "names": names(other)}


def test_the_old_layout_of_australia(put):
    rows = [[*row[:4], *row[5:11], *row[12:14]] for row in samples.dfat_rows()]
    read = read_list([put("dfat_2024-05-06.xlsx", samples.xlsx([rows]))]).table.to_pylist()
    assert len(read) == 4
    assert names(read[0], "alias") >= {*PERSON.aliases}
    assert read[0]["measures"] == []


def test_australia_over_two_sheets_with_a_text_above(put):
    header, *rows = samples.dfat_rows()
    sheets = [[["Consolidated list"], [], header, *rows[:5]], [header, *rows[5:]], [["Notes"]]]
    read = read_list([put("dfat_2024-05-06.xlsx", samples.xlsx(sheets))])
    assert (read.edition.entries, read.rejected) == (4, [])
    assert read.table["row"].to_pylist() == [4, 10, 12, 13]  # 8 rows in the first sheet


def test_australia_without_a_day_of_listing_has_the_control_date(put):
    header, first = samples.dfat_rows()[:2]
    first[header.index("Listing Information")] = "Autonomous Sanctions List"
    row = read_list([put("dfat_2024-05-07.xlsx", samples.xlsx([[header, first]]))]).table.to_pylist()[0]
    assert row["listed"] == DAY


def test_opensanctions_with_its_sanctions_inside(put):
    flat = read_list([put(*SINGLE["opensanctions"])])
    nested = read_list([put("targets.nested.json", samples.opensanctions(nested=True))])
    assert said(flat) == said(nested)
    row = nested.table.to_pylist()[0]
    assert row["programmes"] == ["xx_test", "TEST-EO1"]
    assert row["numbers"] == [{"kind": "passport", "number": PERSON.passport, "country": "ru"}]


def test_opensanctions_leaves_out_who_is_not_sanctioned(put):
    unsanctioned = b'{"id": "T-9", "schema": "Person", "properties": {"name": ["Plain PERSON"]}}\n'
    owner = b'{"id": "O", "schema": "Ownership", "properties": {"owner": ["T-1001"], "asset": ["T-1002"]}}\n'
    read = read_list([put("entities.json", samples.opensanctions() + unsanctioned + owner)])
    assert read.edition.entries == 4
    assert read.table.to_pylist()[0]["related"] == ["ownership:T-1002"]


def test_a_fallen_edition_says_when_all_sanctions_ended(put):
    ended = samples.opensanctions([PERSON]).replace(b'"startDate"', b'"endDate": ["2024-02-02"], "startDate"')
    assert read_list([put("e.json", ended)]).table.to_pylist()[0]["delisted"] == date(2024, 2, 2)


def test_the_european_list_with_parts_of_dates(put):
    xml = samples.eu_fsf([PERSON]).replace(
        b'birthdate="1961-02-03" year="1961"', b'yearRangeFrom="1960" yearRangeTo="1962"'
    )
    row = read_list([put("eu.xml", xml)]).table.to_pylist()[0]
    assert row["birth_dates"] == ["1960", "1961", "1962"]
    xml = (
        samples.eu_fsf([PERSON])
        .replace(b"entryIntoForceDate", b"other")
        .replace(b'designationDetails=""', b'designationDetails="" designationDate="2021-01-02"')
    )
    assert read_list([put("eu2.xml", xml)]).table.to_pylist()[0]["listed"] == date(2021, 1, 2)
    older = samples.eu_fsf([PERSON]).replace(b"euReferenceNumber", b"noReferenceYet")
    assert read_list([put("eu3.xml", older)]).table["entry"].to_pylist() == ["logical-1001"]


def test_australia_spells_its_types_in_several_ways(put):
    header, first, second, *_ = samples.dfat_rows()
    kind, type_ = header.index("Name Type"), header.index("Type")
    rows = [header, [*first], [*second]]
    rows[1][kind], rows[1][type_] = "Primay Name", ""
    rows[2][kind] = "Previously listed as"
    row = read_list([put("dfat_2024-05-06.xlsx", samples.xlsx([rows]))]).table.to_pylist()[0]
    assert row["schema"] == "Person"
    assert [name["kind"] for name in row["names"]] == ["primary", "former"]


def test_a_reference_that_australia_gave_twice_is_two_entries(put):
    header, *rows = samples.dfat_rows()
    other = [["1001", "Somebody ELSE", *rows[-1][2:]], ["1001a", "Some ELSE", "Individual", "aka", *rows[1][4:]]]
    late = [["1002b", "LATE NAME", "Entity", "Alias", *rows[5][4:]]]
    read = read_list([put("dfat_2024-05-06.xlsx", samples.xlsx([[header, *rows, *other, *late]]))])
    assert read.rejected == []
    found = {row["entry"]: names(row) for row in read.table.to_pylist()}
    assert list(found) == ["1001", "1002", "1003", "1004", "1001-2"]
    assert found["1001-2"] == {"Somebody ELSE", "Some ELSE"}
    assert "LATE NAME" in found["1002"]

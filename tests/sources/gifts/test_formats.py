"""Each format: recognised as itself, read to the values that were written."""

import io
import json
from datetime import date

import pytest
from tests.sources.gifts.samples import ITCONT, NETFILE, SAMPLES, fec_filing, fec_filing_v3, row_of

from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.gift import GIFTS
from tocsin.sources.gifts import GiftOptions, GiftOutcome, iter_gifts, read_gifts
from tocsin.sources.gifts.formats import FORMATS
from tocsin.sources.gifts.settle import settle


def read(tmp_path, data, name="register.txt", **options):
    path = tmp_path / name
    path.write_bytes(data)
    return read_gifts([str(path)], **options)


def rows(files):
    return [{k: v for k, v in row.items() if v is not None} for row in files.table.to_pylist()]


def has(row, /, **wanted):
    assert {name: row.get(name) for name in wanted} == wanted


def test_every_format_has_a_sample():
    assert {*SAMPLES, "fec-committees"} == set(FORMATS)


@pytest.mark.parametrize("format_", sorted(SAMPLES))
def test_is_recognised_and_keeps_the_schema(tmp_path, format_):
    files = read(tmp_path, SAMPLES[format_])
    assert [entry.format for entry in files.inputs] == [format_]
    assert files.table.schema == GIFTS
    assert files.rejected == []
    assert files.table.num_rows == files.inputs[0].posts > 1
    files.table.validate(full=True)


@pytest.mark.parametrize("format_", sorted(SAMPLES))
def test_gives_the_same_in_a_stream_and_when_named(tmp_path, format_):
    path = tmp_path / "register"
    path.write_bytes(SAMPLES[format_])
    streamed = [item for item in iter_gifts([str(path)], format=format_) if not isinstance(item, GiftOutcome)]
    whole = read_gifts([str(path)], format=format_).table
    assert [row for batch in streamed for row in batch.gifts.to_pylist()] == whole.to_pylist()


class Dripping(io.BytesIO):
    """A stream that gives little at a time, so that every row crosses a border."""

    def read(self, size=-1):
        return super().read(min(size, 41) if size >= 0 else size)


@pytest.mark.parametrize("format_", sorted(SAMPLES))
def test_where_blocks_end_does_not_matter(format_):
    def rows_of(stream):
        options = GiftOptions(currency="EUR")
        batches = list(FORMATS[format_].read(stream, "f", options))
        assert [bad for batch in batches for bad in batch.rejected] == []
        return sorted((row for batch in batches for row in batch.gifts.to_pylist()), key=lambda row: row["row"])

    data = SAMPLES[format_].replace(b"31.12.2019", b"30.12.2019")
    assert rows_of(Dripping(data)) == rows_of(io.BytesIO(data))


def test_itcont(tmp_path):
    found = rows(read(tmp_path, SAMPLES["fec-itcont"]))
    has(found[0], gift="T1", recipient="C00000001", date=date(2016, 1, 15), amount_minor=25_000, currency="USD", row=1)
    has(
        found[0],
        last_name="MORROW",
        first_name="ANNA",
        middle_name="B.",
        suffix="JR",
        donor_type="person",
        country="us",
    )
    has(
        found[0],
        filing="1000001",
        report="Q1 2016",
        amendment="N",
        line="15",
        memo=False,
        kind="money",
        jurisdiction="us",
    )
    has(found[1], donor_name='OKAFOR, JOHN "JACK"', date=date(2016, 2, 29), amount_minor=-5_000, kind="refund")
    has(found[3], recipient="C00000001", intermediary="C00000009", line="24T")
    has(found[4], donor_type="company", donor_name="HARBOUR LANE LLC", last_name=None)
    has(found[5], kind="refund", amount_minor=-25_000)


def test_the_committee_master_completes_the_recipients(tmp_path):
    master = "C00000001|TEST COMMITTEE|T|1 ST||TOWN|OH|43004|P|H|DEM|Q||NONE|H0OH00000\nC1|x\n"
    (tmp_path / "z_cm.txt").write_text(master)
    (tmp_path / "a.fec").write_bytes(fec_filing())
    (tmp_path / "itcont.txt").write_bytes(SAMPLES["fec-itcont"])
    files = read_gifts([str(tmp_path)])
    assert files.inputs[2].notes == ("1 committees: names, parties and types of recipients",)
    assert [(bad.row, bad.reason) for bad in files.rejected] == [(2, "2 cells where the format has 15")]
    found = rows(files)
    has(found[0], recipient_name="Test Committee", recipient_type="F3", recipient_party="DEM")
    has(found[4], recipient_name="TEST COMMITTEE", recipient_type="H", recipient_party="DEM")


def test_itcont_sets_bad_rows_aside_with_their_lines(tmp_path):
    header = "CMTE_ID|AMNDT_IND|" + "X|" * 18 + "SUB_ID"
    lines = [
        header,
        ITCONT[0],
        ITCONT[1] + "|",
        "",
        ITCONT[2].replace("02102016", "02302016"),
        ITCONT[3].replace("|100|", "|ten|"),
    ]
    files = read(tmp_path, "\n".join(lines).encode(), format="fec-itcont")
    assert files.table["row"].to_pylist() == [2]
    assert [(bad.row, bad.reason) for bad in files.rejected] == [
        (3, "22 cells where the format has 21"),
        (5, "no day that can be read: '02302016'"),
        (6, "no amount of money"),
    ]


def test_filing(tmp_path):
    found = rows(read(tmp_path, fec_filing(), name="123456.fec"))
    assert [row["gift"] for row in found] == ["A1", "A1E", "A2", "R1"]
    has(
        found[0], filing="123456", report="Q3 2021", amendment="N", recipient_name="Test Committee", recipient_type="F3"
    )
    has(found[0], last_name="Morrow", first_name="Anna", street="1 Oak St, Apt 2", back_reference="A1E", row=3)
    has(found[0], employer="Acme", occupation="Clerk", election="P2022", aggregate_minor=50_000)
    has(found[1], memo=True, donor_type="committee", donor_name="Platform")
    has(found[3], kind="refund", amount_minor=-10_000, line="SB20A", date=date(2021, 8, 1))


def test_filing_that_amends(tmp_path):
    found = rows(read(tmp_path, fec_filing(form="F3A", amends="123456"), name="200000.fec"))
    has(found[0], amends="123456", amendment="A", filing="200000")


def test_filing_of_version_3(tmp_path):
    gift, loan = rows(read(tmp_path, fec_filing_v3(), name="1.fec"))
    has(gift, last_name="Morrow", first_name="Anna", middle_name="B", suffix="Jr", amount_minor=2_000, method="payroll")
    has(gift, amends="111", recipient="C00000002", gift="R1", report="YE 2001")
    has(loan, kind="loan", rate=8.74, due=date(2030, 11, 1), repaid_minor=10_000, donor_name="First Bank")


@pytest.mark.parametrize("version", ["2.02", "3.00", "5.00", "5.1", "5.2", "5.3"])
def test_filing_of_every_version_with_commas(tmp_path, version):
    gift, loan = rows(read(tmp_path, fec_filing_v3(version), name="1.fec"))
    has(gift, last_name="Morrow", amount_minor=2_000, date=date(2001, 8, 1), gift="R1", region="OH")
    has(loan, amount_minor=500_000, rate=8.74)


@pytest.mark.parametrize(
    ("form", "cover", "kind", "amount", "cells"),
    [
        ("F65", "F6N", "money", 1_000, {"contribution_date": "20200102", "contribution_amount": "10.00"}),
        ("F56", "F5N", "money", 1_000, {"contribution_date": "20200102", "contribution_amount": "10.00"}),
        ("F92", "F9N", "money", 1_000, {"contribution_date": "20200102", "contribution_amount": "10.00"}),
        ("F132", "F13N", "money", 1_000, {"donation_date": "20200102", "donation_amount": "10.00"}),
        ("F133", "F13N", "refund", -1_000, {"refund_date": "20200102", "refund_amount": "10.00"}),
        ("SA17A", "F3PN", "money", 1_000, {"contribution_date": "20200102", "contribution_amount": "10.00"}),
        ("SA18", "F3PN", "transfer", 1_000, {"contribution_date": "20200102", "contribution_amount": "10.00"}),
        ("SB28A", "F3XN", "refund", -1_000, {"expenditure_date": "20200102", "expenditure_amount": "10.00"}),
        ("SC/10", "F3N", "loan", 1_000, {"loan_incurred_date_terms": "20200102", "loan_amount_original": "10.00"}),
    ],
)
def test_filing_of_every_form_with_gifts(tmp_path, form, cover, kind, amount, cells):
    role = {"SB": "payee", "SC": "lender"}.get(form[:2], "contributor")
    named = {"form_type": form, "entity_type": "IND", f"{role}_last_name": "Morrow", f"{role}_first_name": "Anna"}
    rows_ = [["HDR", "FEC", "8.3", "T", "1"], row_of(cover, "8.3", form_type=cover, filer_committee_id_number="C1")]
    rows_.append(row_of("SC/9" if form == "SC/10" else form, "8.3", **named, **cells))
    data = "".join("\x1c".join(row) + "\n" for row in rows_).encode()
    (found,) = rows(read(tmp_path, data, name="1.fec"))
    has(found, kind=kind, amount_minor=amount, recipient="C1", last_name="Morrow", date=date(2020, 1, 2), line=form)


def test_filing_offsets_and_other_receipts_are_no_gifts(tmp_path):
    data = fec_filing() + b"\x1c".join([b"SA15", b"C1", *[b""] * 40]) + b"\n"
    files = read(tmp_path, data, name="1.fec")
    assert files.table.num_rows == 4
    assert files.inputs[0].notes == ("2 rows of other schedules are no gifts",)


def test_filing_with_the_header_of_version_2(tmp_path):
    header = b"/* Header\nFEC_Ver_# = 2.02\nSoft_Name = TEST\n/* End Header\n"
    body = b"".join(fec_filing_v3().splitlines(keepends=True)[1:3])
    found = rows(read(tmp_path, header + body, name="1.fec"))
    has(found[0], gift="R1", date=date(2001, 8, 1), row=6)


@pytest.mark.parametrize(
    "version", ["6.1", "6.2", "6.3", "6.4", "7.0", "8.0", "8.1", "8.2", "8.3", "8.4", "8.5", "P3.4"]
)
def test_filing_of_every_version_has_the_cells_in_their_places(tmp_path, version):
    cells = {
        "form_type": "SA11AI",
        "filer_committee_id_number": "C1",
        "transaction_id": "T1",
        "entity_type": "IND",
        "contributor_last_name": "Morrow",
        "contributor_first_name": "Anna",
        "contribution_date": "20200102",
        "contribution_amount": "10.00",
        "contributor_employer": "Acme",
        "memo_text_description": "said",
    }
    row = "\x1c".join(row_of("SA11AI", version, **cells))
    header = "\x1c".join(["HDR", "FEC", version, "T", "1"]) if version[0] != "P" else "\x1c".join(["HDR", version, "T"])
    cover = "\x1c".join(["F3N", "C1", "Test"])
    (found,) = rows(read(tmp_path, f"{header}\n{cover}\n{row}\n".encode(), name="1.fec"))
    has(found, last_name="Morrow", date=date(2020, 1, 2), amount_minor=1_000, employer="Acme", memo_text="said")


def test_filing_of_an_unknown_version_says_so(tmp_path):
    with pytest.raises(InputError, match="no known layout in version 9\\.9"):
        read(tmp_path, fec_filing(version="9.9"))


def test_fec_table(tmp_path):
    found = rows(read(tmp_path, SAMPLES["fec-table"]))
    has(
        found[0],
        donor_name="Morrow, Anna B",
        street="1 Oak St, Apt 2",
        amount_minor=25_000,
        aggregate_minor=50_000,
        row=2,
    )
    has(found[1], memo=True, donor_type="committee", donor_name="Platform", last_name=None)
    has(found[2], donor_type="company", region="ZZ", country=None)


def test_uk_donations(tmp_path):
    person, company = rows(read(tmp_path, SAMPLES["uk-ec"]))
    has(
        person,
        amount_minor=1_250_050,
        currency="GBP",
        date=date(2020, 1, 15),
        donor_type="person",
        last_name="Morrow",
        first_name="Ann",
    )
    has(company, company_number="01234567", kind="in-kind", donor_type="company", donor_id="8")


def test_uk_loans(tmp_path):
    person, company = rows(read(tmp_path, SAMPLES["uk-loans"]))
    has(
        person,
        rate=0.0,
        due=None,
        amount_minor=5_000_000,
        converted_minor=100_000,
        donor_name="Morrow, Ann",
        loan_status="Outstanding",
    )
    has(
        company,
        rate=8.25,
        due=date(2012, 6, 8),
        repaid_minor=90_000,
        country="gg",
        donor_name="Harbour Lane Ltd",
        kind="loan",
    )


def test_uk_loans_as_exported(tmp_path):
    person, company = rows(read(tmp_path, SAMPLES["uk-ec-loans"]))
    has(person, rate=0.0, amount_minor=5_000_000, converted_minor=100_000, last_name="Morrow", date=date(2010, 6, 7))
    has(company, rate=None, due=date(2012, 6, 8), company_number="01234567", loan_status="Ended", kind="loan")


def test_uk_donations_that_were_returned(tmp_path):
    data = SAMPLES["uk-ec"].replace(b"DonorId\n", b"DonorId,DonationAction\n").replace(b",7\n", b",7,Returned\n")
    returned, _ = rows(read(tmp_path, data.replace(b",8\n", b",8,\n")))
    has(returned, kind="refund", amount_minor=1_250_050)


def test_aec_export_tells_a_day_or_the_year(tmp_path):
    company, person = rows(read(tmp_path, SAMPLES["aec-export"]))
    has(company, date=date(2019, 6, 5), period_start=None, amount_minor=1_200_000, recipient="Test Party")
    has(person, date=date(2019, 6, 30), period_start=date(2018, 7, 1))


def test_days_with_a_time_as_fec_gov_exports_them(tmp_path):
    data = SAMPLES["fec-table"].replace(b"2021-07-01", b"2021-07-01 00:00:00")
    has(rows(read(tmp_path, data))[0], date=date(2021, 7, 1))


def test_bundestag(tmp_path):
    person, company = rows(read(tmp_path, SAMPLES["bundestag"]))
    has(
        person,
        last_name="Möwe",
        first_name="Anna",
        postcode="44369",
        city="Dortmund",
        country="de",
        amount_minor=11_396_915,
    )
    has(company, donor_type="company", country="at", postcode="6900", date=date(2011, 12, 22), currency="EUR")


def test_aec_tells_the_financial_year(tmp_path):
    company, person = rows(read(tmp_path, SAMPLES["aec"]))
    has(company, date=date(2016, 6, 30), period_start=date(2015, 7, 1), donor_type="company", amount_minor=15_000_000)
    has(person, donor_type="person", last_name="Morrow", first_name="Anna")


def test_dutch_register(tmp_path):
    person, company = rows(read(tmp_path, SAMPLES["nl-wfpp"]))
    has(person, date=date(2023, 2, 13), period_start=None, donor_type="person", city="Delft", first_name="A.B.")
    has(
        company,
        date=date(2023, 12, 31),
        period_start=date(2023, 1, 1),
        owner_name="E. Dal",
        kind="in-kind",
        postcode="4356 HE",
    )


@pytest.mark.parametrize("header", [False, True])
def test_new_york(tmp_path, header):
    from tocsin.sources.gifts.nyc_cfb import COLUMNS

    data = (",".join(COLUMNS).upper() + "\n").encode() * header + SAMPLES["nyc-cfb"]
    person, company = rows(read(tmp_path, data))
    has(
        person,
        method="card",
        intermediary="Vale, William",
        intermediary_employer="Vale Development",
        street="12 Oak St 3B",
    )
    has(person, jurisdiction="us-ny-nyc", date=date(2008, 7, 31), row=1 + header)
    has(company, kind="refund", amount_minor=-45_000, date=date(2012, 8, 15), donor_type="company")


def test_netfile(tmp_path):
    person, company = rows(read(tmp_path, SAMPLES["netfile"]))
    has(person, amount_minor=50_025, intermediary="Vale, Eve", jurisdiction="us-ca", employer="Acme")
    has(person, gift="A25", filing="2014-10-18 #0", amends=None, report="2014-10-01 to 2014-10-18")
    has(company, gift="1-A26", donor_type="company", donor_name="Harbour Lane LLC")


def test_netfile_amendment_replaces_its_original(tmp_path):
    amended = {**NETFILE[0], "reportNumber": 2, "amount": 600, "id": "1-SAC-2-A25"}
    files = read(tmp_path, json.dumps([NETFILE[0], amended]).encode())
    assert settle(files.table)["standing"].to_pylist() == ["superseded", "counted"]


def test_a_table_with_the_fields_of_a_gift(tmp_path):
    first, second = rows(read(tmp_path, SAMPLES["gifts"]))
    has(first, gift="g1", jurisdiction="xx", amount_minor=1_250, currency="EUR", aggregate_minor=9_900, memo=False)
    has(second, kind="loan", memo=True, rate=4.5, due=date(2040, 1, 1), wallet="w1", amount_minor=-300)


def test_a_table_by_guessed_columns(tmp_path):
    person, company = rows(read(tmp_path, SAMPLES["table"]))
    has(person, recipient="TP", date=date(2019, 12, 31), amount_minor=123_450, currency="EUR", country="de")
    has(person, donor_type="person", last_name="Morrow", first_name="Anna")
    has(company, donor_type="company", country="nl", amount_minor=50_000, date=date(2019, 2, 1))


def test_options_of_the_user_overrule_the_format(tmp_path):
    found = rows(read(tmp_path, SAMPLES["bundestag"], jurisdiction="xx", currency="chf"))
    has(found[0], jurisdiction="xx", currency="CHF")
    with pytest.raises(UsageError, match="no format 'nope'"):
        read(tmp_path, b"x", format="nope")


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    (tmp_path / "a.txt").write_bytes(SAMPLES["fec-itcont"])
    (tmp_path / "b.txt").write_bytes(b"nothing to see here\n")
    (tmp_path / "c.txt").write_bytes(b"")
    files = read_gifts([str(tmp_path), str(tmp_path / "missing.txt")])
    assert [entry.posts for entry in files.inputs] == [len(ITCONT), 0, 0, 0]
    assert all(entry.notes for entry in files.inputs[1:3])
    with pytest.raises(UnknownFormat):
        read_gifts([str(tmp_path / "b.txt")])


def test_days_that_nothing_settles_are_a_question(tmp_path):
    data = b"recipient,donor,date,amount\nTP,Anna Morrow,3/4/2016,5\n"
    with pytest.raises(UnknownFormat, match="month or the day"):
        read(tmp_path, data, currency="EUR")
    for order, day in (("DMY", date(2016, 4, 3)), ("MDY", date(2016, 3, 4))):
        assert read(tmp_path, data, currency="EUR", date_order=order).table["date"].to_pylist() == [day]

"""The gift: one payment, service or loan to a candidate or party, as one row of a register reports it.

Sources write gifts as Arrow record batches of `GIFTS`. Amounts are in minor units (cents, pence) of `currency`; a null
says that the register does not tell. Names stand as filed: what is withheld is withheld by who writes a folder.
"""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import Array, pc, schema, whole

_TEXT, _MINOR = pa.string(), pa.int64()

#: One row a reported transaction. `file` and `row` say where it stands in the input (1-based line or record).
GIFTS = schema(
    [
        pa.field("gift", _TEXT, nullable=False),  # the register's own transaction id; unique with `filing`
        pa.field("register", _TEXT, nullable=False),  # id of the source: fec-itcont, fec-filing, uk-ec, ...
        pa.field("jurisdiction", _TEXT, nullable=False),  # whose law it falls under: us, us-ny-nyc, gb, de, au, nl
        pa.field("recipient", _TEXT, nullable=False),  # committee or party: its id, else its name
        pa.field("recipient_name", _TEXT),
        pa.field("recipient_party", _TEXT),
        pa.field("recipient_type", _TEXT),  # as the register has it: committee type, candidate, party, association
        pa.field("date", pa.date32(), nullable=False),  # of the gift; last of the period where only that is told
        pa.field("period_start", pa.date32()),  # first day of the period where no day is told
        pa.field("amount_minor", _MINOR, nullable=False),  # negative where money went back
        pa.field("currency", _TEXT, nullable=False),
        pa.field("aggregate_minor", _MINOR),  # the donor's total so far, as filed
        # money | in-kind | loan | refund | redesignation | transfer | other
        pa.field("kind", _TEXT, nullable=False),
        pa.field("method", _TEXT),  # card, prepaid card, gift card, crypto, cheque, cash, payroll: as stated
        pa.field("donor_type", _TEXT),  # person | company | association | union | party | committee | trust | other
        pa.field("donor_id", _TEXT),  # the register's own id of the donor, where it has one
        pa.field("donor_name", _TEXT),  # as filed
        pa.field("last_name", _TEXT),
        pa.field("first_name", _TEXT),
        pa.field("middle_name", _TEXT),
        pa.field("suffix", _TEXT),
        pa.field("street", _TEXT),
        pa.field("city", _TEXT),
        pa.field("region", _TEXT),  # state or province, as filed (ZZ: foreign, in FEC files)
        pa.field("postcode", _TEXT),
        pa.field("country", _TEXT),  # of the donor's address, ISO 3166-1 alpha-2 in lower case
        pa.field("card_country", _TEXT),
        pa.field("employer", _TEXT),
        pa.field("occupation", _TEXT),
        pa.field("company_number", _TEXT),
        pa.field("owner_name", _TEXT),  # beneficial owner, where the register names one
        pa.field("owner_place", _TEXT),
        pa.field("intermediary", _TEXT),  # conduit, bundler: id or name
        pa.field("intermediary_employer", _TEXT),
        pa.field("intermediary_address", _TEXT),
        pa.field("election", _TEXT),  # the election it counts for, as filed: G2018, P2018
        pa.field("line", _TEXT),  # line or transaction type of the form: SA11AI, 15, 15E, 22Y
        pa.field("memo", pa.bool_(), nullable=False),  # memo transaction: not counted in the filer's totals
        pa.field("memo_text", _TEXT),
        pa.field("other_id", _TEXT),  # another committee or conduit named in the row
        pa.field("back_reference", _TEXT),  # transaction id of the row this one explains
        pa.field("filing", _TEXT),  # filing or image number
        pa.field("amends", _TEXT),  # the filing this one replaces, where it says so
        pa.field("amendment", _TEXT),  # N new, A amendment, T termination
        pa.field("report", _TEXT),  # which report of the filer: Q1 2018, 30G 2020
        pa.field("rate", pa.float64()),  # of a loan: interest in per cent a year, 0 = none
        pa.field("due", pa.date32()),  # of a loan: day of repayment
        pa.field("repaid_minor", _MINOR),
        pa.field("converted_minor", _MINOR),  # of a loan: what was turned into a donation
        pa.field("loan_status", _TEXT),
        pa.field("wallet", _TEXT),  # of a gift in crypto-assets: the address it came from
        pa.field("file", _TEXT, nullable=False),
        pa.field("row", pa.int64(), nullable=False),
    ]
)

#: What a mapping may name for the generic table, with the words a user reads when asked for it.
GIFT_FIELDS: dict[str, str] = {
    "gift": "the transaction's own id",
    "recipient": "who got it (committee, party or candidate)",
    "recipient_party": "the party of who got it",
    "date": "the day of the gift",
    "amount": "the amount",
    "currency": "the currency",
    "kind": "money, in-kind, loan or refund",
    "method": "how it was paid",
    "donor_type": "person, company, association ...",
    "donor_name": "who gave (LAST, FIRST or FIRST LAST, or an organisation)",
    "last_name": "the donor's last name",
    "first_name": "the donor's first name",
    "street": "the donor's street and number",
    "city": "the donor's city",
    "region": "the donor's state or province",
    "postcode": "the donor's postcode",
    "country": "the country of the donor's address",
    "employer": "the donor's employer",
    "occupation": "the donor's occupation",
    "company_number": "the donor's company number",
    "owner_name": "the beneficial owner of the donor",
    "intermediary": "conduit or bundler",
    "memo": "whether it is a memo transaction",
}

#: What became of a row before any flag: only `counted` rows are looked at. `pair` is the position of the other row.
STANDINGS = (
    "counted",
    "memo",  # repeats or explains another row
    "conduit",  # the platform's or intermediary's line of an earmarked gift that is there under the donor's name
    "superseded",  # an amended filing replaced it
    "refund",  # money going back
    "refunded",  # given and wholly given back
    "redesignation",  # moved between elections or reattributed between persons
    "duplicate",  # the same transaction again
    "payroll",  # instalments of a payroll programme
    "transfer",  # between committees of one party or candidate
)
SETTLED = schema([*GIFTS, pa.field("standing", _TEXT, nullable=False), pa.field("pair", pa.int64())])


def private(rows: pa.Table) -> Array:
    """Which rows a private person gave: said so, or, where no type is told, with a last name."""
    kind = whole(rows["donor_type"])
    guessed = pc.and_(pc.is_null(kind), pc.is_valid(whole(rows["last_name"])))
    return pc.or_(pc.fill_null(pc.equal(kind, "person"), False), guessed)

"""Ownership data in each format, made here; all names are invented."""

# ruff: noqa: E501  rows of registers are as long as they are

import json


def statement(kind, record, day="2020-01-01", status="new", **details):
    return {
        "statementId": f"{record}-{day}",
        "declarationSubject": "c1",
        "statementDate": day,
        "recordId": record,
        "recordType": kind,
        "recordStatus": status,
        "recordDetails": {"isComponent": False, **details},
    }


def interest(kind="shareholding", share=None, since="2019-01-01", **more):
    made = {"type": kind, "startDate": since, **more}
    return made if share is None else {**made, "share": share}


BODS = [
    statement(
        "entity",
        "c1",
        entityType={"type": "registeredEntity"},
        name="Harbour Lane Ltd",
        alternateNames=["HL"],
        foundingDate="2018-02-03",
        identifiers=[{"scheme": "GB-COH", "id": "01234567"}],
        addresses=[{"type": "registered", "address": "1 Quay", "postCode": "N1 1AA", "country": {"code": "GB"}}],
    ),
    statement(
        "person",
        "p1",
        personType="knownPerson",
        names=[{"fullName": "Anna Morrow"}],
        nationalities=[{"code": "CY"}],
        birthDate="1970-05",
        addresses=[{"type": "residence", "country": {"code": "GB-SCT"}}],
    ),
    statement("entity", "s1", entityType={"type": "stateBody"}, name="Ministry", jurisdiction={"code": "RU"}),
    statement(
        "relationship",
        "r1",
        subject="c1",
        interestedParty="p1",
        interests=[interest(share={"exact": 60}), interest("votingRights", {"minimum": 25, "exclusiveMaximum": 50})],
    ),
    statement(
        "relationship",
        "r1",
        "2021-06-01",
        "updated",
        subject="c1",
        interestedParty="p1",
        interests=[interest(share={"exact": 40})],
    ),
    statement(
        "relationship",
        "r1",
        "2022-06-01",
        "closed",
        subject="c1",
        interestedParty="p1",
        interests=[interest(share={"exact": 40})],
    ),
    statement(
        "relationship",
        "r2",
        subject="c1",
        interestedParty="s1",
        interests=[interest("appointmentOfBoard", endDate="2021-01-01")],
    ),
    statement("relationship", "r3", subject="c1", interestedParty={"reason": "interestedPartyExemptFromDisclosure"}),
    statement(
        "relationship",
        "r4",
        subject="c1",
        interestedParty="p1",
        interests=[interest(share={"exact": 30}, directOrIndirect="indirect")],
    ),
]
PSC = [
    {
        "company_number": "01234567",
        "data": {
            "kind": "individual-person-with-significant-control",
            "name": "Mrs Anna Morrow",
            "nationality": "British",
            "country_of_residence": "Scotland",
            "date_of_birth": {"year": 1970, "month": 5},
            "natures_of_control": [
                "ownership-of-shares-25-to-50-percent",
                "voting-rights-75-to-100-percent",
                "significant-influence-or-control",
            ],
            "notified_on": "2016-04-06",
            "ceased_on": "2019-01-01",
            "address": {"premises": "1", "address_line_1": "Quay", "locality": "Leith", "postal_code": "EH6 6AA"},
        },
    },
    {
        "company_number": "01234567",
        "data": {
            "kind": "corporate-entity-person-with-significant-control",
            "name": "Haven Gmbh",
            "identification": {"registration_number": "HRB 1", "country_registered": "Germany"},
            "natures_of_control": ["ownership-of-shares-75-to-100-percent"],
            "notified_on": "2018-01-01",
        },
    },
    {"company_number": "09999999", "data": {"kind": "super-secure-person-with-significant-control"}},
]
FTM = [
    {"id": "a1", "schema": "Address", "properties": {"full": ["1 Quay, Leith"], "postalCode": ["EH6 6AA"]}},
    {
        "id": "c1",
        "schema": "Company",
        "properties": {
            "name": ["Harbour Lane Ltd"],
            "alias": ["HL"],
            "country": ["gb"],
            "registrationNumber": ["01234567"],
            "incorporationDate": ["2018-02-03"],
            "addressEntity": ["a1"],
        },
    },
    {
        "id": "p1",
        "schema": "Person",
        "properties": {"name": ["Anna Morrow"], "nationality": ["cy"], "birthDate": ["1970-05"]},
    },
    {
        "id": "o1",
        "schema": "Ownership",
        "properties": {"owner": ["p1"], "asset": ["c1"], "percentage": ["25-50%"], "startDate": ["2018-02-03"]},
    },
    {
        "id": "d1",
        "schema": "Directorship",
        "properties": {"director": ["p1"], "organization": ["c1"], "role": ["Secretary"]},
    },
    {"id": "x1", "schema": "Payment", "properties": {"payer": ["p1"]}},
]
COMPANIES_HOUSE = (
    "CompanyName, CompanyNumber,RegAddress.CareOf,RegAddress.POBox,RegAddress.AddressLine1, RegAddress.AddressLine2,RegAddress.PostTown,"
    "RegAddress.County,RegAddress.Country,RegAddress.PostCode,CompanyCategory,CompanyStatus,CountryOfOrigin,DissolutionDate,IncorporationDate,"
    "Accounts.AccountRefDay,Accounts.LastMadeUpDate\n"
    '"HARBOUR LANE LTD","01234567","","","1 QUAY","","LEITH","","SCOTLAND","EH6 6AA","Private","Active","United Kingdom","","03/02/2018","31","31/01/2020"\n'
    '"HAVEN LTD","01234568","","","2 QUAY","","LEITH","","","EH6 6AA","Private","Active","United Kingdom","04/05/2021","13/02/2019","",""\n'
)
COMPANIES = (
    "Entity Name,Document Number,Status,Date Formed,Registered Agent,Officers,Net Assets,Profit,Currency,Country\n"
    "Harbour Lane LLC,L1,active,2018-02-03,Agent & Co,Anna Morrow; Eve Vale,-1200.50,30,USD,US\n"
    "Haven LLC,,active,2018-02-04,,,,,,US\n"
)


def lines(objects):
    return "".join(json.dumps(item) + "\n" for item in objects).encode()


SAMPLES = {
    "bods": json.dumps(BODS, indent=1).encode(),
    "companies-house-psc": lines(PSC),
    "ftm": lines(FTM),
    "companies": COMPANIES_HOUSE.encode(),
}

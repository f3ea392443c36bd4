"""A small register in each format, made here; all names are invented."""

# ruff: noqa: E501  rows of registers are as long as they are

import json

FS = "\x1c"
ITCONT = [
    "C00000001|N|Q1|P|201604209012345678|15|IND|MORROW, ANNA B. JR|NASHUA|NH|030621893|ACME CO|CLERK|01152016|250||T1|1000001|||1",
    'C00000001|N|Q1|P|201604209012345678|15|IND|OKAFOR, JOHN "JACK"|RENO|NV|89501|RETIRED|RETIRED|02292016|-50||T2|1000001|||2',
    "C00000001|N|Q1|P|201604209012345678|15E|IND|VALE, EVE|RENO|NV|89501|NONE|NONE|02102016|100||T3|1000001||* EARMARKED CONTRIBUTION: SEE BELOW|3",
    "C00000009|N|M3|P|201604209012345679|24T|IND|VALE, EVE|RENO|NV|89501|NONE|NONE|02092016|100|C00000001|T9|1000002||EARMARKED FOR TEST (C00000001)|4",
    "C00000001|N|Q1|P|201604209012345678|15|ORG|HARBOUR LANE LLC|DOVER|DE|19901|||03012016|2700||T4|1000001|||5",
    "C00000001|N|Q1|P|201604209012345678|22Y|IND|MORROW, ANNA B. JR|NASHUA|NH|030621893|ACME CO|CLERK|03152016|250||T5|1000001|||6",
]


def fec_filing(version="8.3", form="F3N", amends="", rows=None):
    """A filing; `rows` are Schedule A rows as (id, back reference, entity, name, date, amount, memo, memo text)."""
    rows = (
        rows
        if rows is not None
        else [
            ("A1", "A1E", "IND", "Morrow^Anna", "20210701", "250.00", "", "* Earmarked Contribution: See Below"),
            (
                "A1E",
                "",
                "PAC",
                "Platform",
                "20210703",
                "250.00",
                "X",
                "Note: Above Contribution earmarked through this organization.",
            ),
            ("A2", "", "IND", "Okafor^John", "20210704", "2900.00", "", ""),
        ]
    )
    cover = [
        form,
        "C00000001",
        "Test Committee",
        "",
        "1 Main",
        "",
        "Town",
        "OH",
        "43004",
        "OH",
        "",
        "Q3",
        "",
        "",
        "",
        "20210701",
        "20210930",
    ]
    lines = [["HDR", "FEC", version, "TEST", "1", f"FEC-{amends}" if amends else "", "1", ""], cover]
    for key, back, entity, name, day, amount, memo, text in rows:
        last, _, first = name.partition("^")
        named = ["", last, first] if entity == "IND" else [name, "", ""]
        lines.append(
            [
                "SA11AI",
                "C00000001",
                key,
                back,
                "SA11AI",
                entity,
                *named,
                "",
                "",
                "",
                "1 Oak St",
                "Apt 2",
                "Town",
                "OH",
                "43004",
                "P2022",
                "",
                day,
                amount,
                "500.00",
                "",
                "Acme",
                "Clerk",
                *([""] * 17),
                memo,
                text,
                "",
            ]
        )
    lines.append(["SB20A", "C00000001", "R1", "", "", "IND", "", "Okafor", "John", "", "", "", "1 Oak St", "", "Town", "OH", "43004", "P2022", "", "20210801", "100.00", "0.00", "Refund", *([""] * 21)])  # fmt: skip
    lines.append(["SB17", "C00000001", "X1", *[""] * 20])
    return "".join(FS.join(line) + "\n" for line in lines).encode()


def row_of(form, version, **cells):
    """A row of a filing with the cells named as in the layout of that version."""
    from fecfile.cache import getMapping
    from fecfile.fecparser import mappings

    return [cells.get(name, "") for name in getMapping(mappings, form, version)]


def quoted(cells):
    return ",".join(f'"{cell}"' for cell in cells)


def fec_filing_v3(version="3.00"):
    """A filing of version 3.00, with commas and packed names."""
    party = {"filer_committee_id_number": "C00000002", "transaction_id": "R1"}
    name, address = (
        {"contributor_name": "Morrow^Anna B^Ms^Jr"},
        {"contributor_street_1": "1 Oak St", "contributor_state": "OH"},
    )
    gift = {
        "form_type": "SA11A1",
        "entity_type": "IND",
        "contribution_date": "20010801",
        "contribution_amount": "20.00",
    }
    gift |= {"contribution_purpose_descrip": "Payroll Deduction", **party, **name, **address}
    loan = {"form_type": "SC/10", "entity_type": "ORG", "lender_name": "First Bank", "loan_amount_original": "5000.00"}
    loan |= {
        "loan_payment_to_date": "100.00",
        "loan_incurred_date_terms": "20010702",
        "loan_due_date_terms": "20301101",
    }
    loan |= {
        "loan_interest_rate_terms": "8.74",
        "filer_committee_id_number": "C00000002",
        "transaction_id_number": "C1",
    }
    cover = {
        "form_type": "F3XA",
        "committee_name": "Works PAC",
        "report_code": "YE",
        "coverage_through_date": "20011231",
        **party,
    }
    rows = [["HDR", "FEC", version, "TEST", "1", "", "FEC-111", "1", ""], row_of("F3XA", version, **cover)]
    rows += [row_of("SA11A1", version, **gift), row_of("SC/10", version, **loan)]
    return "".join(quoted(row) + "\n" for row in rows).encode()


NYC = (
    '2013,1,BB,P,"Test, Carol",J,1,ABC,,,R1,7/31/2008,,"Morrow, Anna",IND,12,Oak St,3B,M,New York,NY,10021,Clerk,Acme,445,Park Ave,'
    'New York,NY,1000,0,1000,4,43,"Vale, William",,,,New York,NY,10023,Vale Development,770,Lexington Ave.,New York,NY,Owner,,,,N,N,IND\n'
    '2013,2,15,P,"Test, Dan",H,6,M,,,R2,6/22/2012,8/15/2012,"Okafor, Fred",LLC,,,,Z,Reno,NV,89501,,,,,,,-450,0,0,0,,,,,,,,,,,,,,,,,5,N,N,\n'
)
NETFILE = [
    {
        "id": "1-SAC-0-A25",
        "transactionId": "A25",
        "reportNumber": 0,
        "reportFromDate": "2014-10-01",
        "reportThruDate": "2014-10-18",
        "fppcId": "1",
        "filerName": "Test Committee",
        "committeeType": "RCP",
        "date": "2014-10-02",
        "amount": 500.25,
        "contributorType": "individual",
        "contributorLastName": "Morrow",
        "contributorFirstName": "Anna",
        "contributorAddress1": "1 Oak St",
        "contributorCity": "Davis",
        "contributorState": "CA",
        "contributorZip": "95616",
        "contributorOccupation": "Clerk",
        "contributorEmployer": "Acme",
        "intermediaryLastName": "Vale",
        "intermediaryFirstName": "Eve",
    },
    {
        "id": "1-A26",
        "fppcId": "1",
        "filerName": "Test Committee",
        "date": "2014-10-03",
        "amount": 100,
        "contributorType": "other",
        "contributorLastName": "Harbour Lane LLC",
        "contributorFirstName": "",
    },
]

#: format -> bytes of a register
SAMPLES = {
    "fec-itcont": "\n".join([*ITCONT, ""]).encode(),
    "fec-filing": fec_filing(),
    "fec-table": (
        b"committee_id,committee_name,line,transaction_id,entity_type,organization_name,last_name,first_name,middle_name,street,"
        b"city,state,zip,date,amount,aggregate,employer,occupation,memo_code,memo_text,election_code\n"
        b'C1,Test,SA11AI,T1,IND,,Morrow,Anna,B,"1 Oak St, Apt 2",Town,OH,43004,2021-07-01,250.0,500.0,Acme,Clerk,,,P2022\n'
        b"C1,Test,SA11AI,T1E,PAC,Platform,,,,,,,,2021-07-02,250.0,900.0,,,X,Note: earmarked through this organization.,P2022\n"
        b"C1,Test,SA11AI,T2,ORG,Harbour Lane LLC,,,,,,ZZ,,2021-07-03,1000.0,,,,,,\n"
    ),
    "uk-ec": (
        "ECRef,RegulatedEntityName,RegulatedEntityType,Value,AcceptedDate,AccountingUnitName,DonorName,DonorStatus,"
        "CompanyRegistrationNumber,Postcode,DonationType,NatureOfDonation,ReceivedDate,ReportedDate,DonorId\n"
        'C0000001,Test Party,Political Party,"£12,500.50",31/01/2020,Central Party,Mr Ann Morrow,Individual,,,Cash,,15/01/2020,30/04/2020,7\n'
        'V0000002,Test Party,Political Party,"£2,000.00",,Central Party,Harbour Lane Ltd,Company,01234567,SW1A 1AA,Visit,Travel,16/01/2020,,8\n'
    ).encode(),
    "uk-loans": (
        b"ecReference,ecLastNotifiedDate,lenderID,lenderType,lenderFirstName,lenderMiddleName,lenderLastName,lenderName,lenderCompanyNumber,"
        b"lenderAddress,lenderPostcode,lenderCountry,recipientName,recipientType,accountingUnitName,value,valueRepaid,valueConverted,type,rate,"
        b"status,repaymentTerm,startDate,endDate,ecReleaseTitle\n"
        b'AL1,2010-06-30,1,Individual,Ann,,Morrow,,,,,,Test Party,Political Party,Central,"50,000",0,"1,000",Loan,Nil,Outstanding,Indefinite,2010-06-07,,Q3\n'
        b"AL2,2010-06-30,2,Company,,,,Harbour Lane Ltd,01234567,1 Quay,GY1 1AA,Guernsey,Test Party,Political Party,Central,900,900,0,Loan,8.25%,Ended,Fixed date,2010-06-08,2012-06-08,Q3\n"
    ),
    "uk-ec-loans": (
        "ECRef,RegulatedEntityName,RegulatedEntityType,Value,LoanStatus,StartDate,AccountingUnitName,LoanParticipantName,LoanParticipantType,"
        "CompanyRegistrationNumber,Postcode,LoanType,RateOfInterestDescription,AmountRepaid,AmountConverted,AmountOutstanding,EndDate\n"
        'AL1,Test Party,Political Party,"£50,000.00",Outstanding,07/06/2010,Central,Ann Morrow,Individual,,,Loan,Nil,£0.00,"£1,000.00",£0.00,\n'
        "AL2,Test Party,Political Party,£900.00,Ended,08/06/2010,Central,Harbour Lane Ltd,Company,01234567,,Loan,Base + 2%,£900.00,£0.00,£0.00,08/06/2012\n"
    ).encode(),
    "aec-export": (
        b"Financial Year,Donor Name,Donation Made To,Date,Amount\n"
        b'2018-19,Harbour Lane Pty Ltd,Test Party,05/06/2019,"12,000"\n2018-19,Anna Morrow,Test Party,,500\n'
    ),
    "bundestag": (
        '"Party","DonationEUR","DonorType","Donor","Street","City","Country","DonationDate","ReportingDate"\n'
        '"TP","113969.15","PERSON","Frau Dr. Anna Möwe","Weg 1","44369 Dortmund","Deutschland",2011-12-28,2011-12-30\n'
        '"TP",80000,"COMPANY","Hafen GmbH","Kai 2","6900 Bregenz","Österreich",2011-12-22,2011-12-23\n'
    ).encode(),
    "aec": (
        b"donor-name,value,recipient-name,party-group,period,donor-id,recipient-id,donor-state,donor-address,donor-postcode,donor-category\n"
        b"Harbour Lane Pty Ltd,150000,Test Party,Testers,2015-2016,1,2,VIC,1 Quay,3206,Uncategorised\n"
        b"Anna Morrow,500,Test Party,Testers,2015-2016,3,2,VIC,2 Quay,3206,Individual\n"
    ),
    "nl-wfpp": (
        "\ufeffyear,partij,neveninstelling,naam_donateur,adres_gever,ubo,ubo_woonplaats,bedrag,totaal_donateur,datum,toelichting\n"
        '2023,TP,,A.B. de Meeuw,Delft,,,75000.0,75000.0,2023-02-13,\n2023,TP,,Haven B.V.,"Kade 22, 4356 HE Delft",E. Dal,Delft,1500.0,1500.0,,Gift in natura.\n'
    ).encode(),
    "nyc-cfb": NYC.encode(),
    "netfile": json.dumps(NETFILE, indent=1).encode(),
    "gifts": (
        b"gift,jurisdiction,recipient,date,amount,currency,kind,donor_type,memo,donor_name,rate,due,wallet,aggregate\n"
        b"g1,xx,P1,2020-05-06,12.50,EUR,money,person,,Anna Morrow,,,,99\n"
        b"g2,xx,P1,2020-05-07,-3,EUR,loan,company,X,Haven,4.5,2040-01-01,w1,\n"
    ),
    "table": (
        b"Party;Donor;Date of gift;Amount (EUR);Country\nTP;Anna Morrow;31.12.2019;1.234,50;Deutschland\nTP;Haven B.V.;01.02.2019;500;NL\n"
    ),
}

"""Lists in every format, made here: the same invented persons, companies and ships written as each authority would."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

DAY = date(2024, 5, 6)


@dataclass(frozen=True)
class Listed:
    """An entry to write; `kind` is person, organisation or vessel."""

    id: str
    kind: str
    first: str
    last: str
    aliases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    script: str = ""
    born: date | None = None
    place: str = ""
    country: tuple[str, str] = ("ru", "Russia")
    gender: str = ""
    passport: str = ""
    address: str = ""
    position: str = ""
    programme: str = "TEST-EO1"
    listed: date = date(2022, 3, 15)
    reason: str = ""
    imo: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()


PEOPLE = (
    Listed(
        id="1001",
        kind="person",
        first="Testislav Examplovich",
        last="PROBNY",
        aliases=("Testyslav PROBNYJ", 'Test "Kesha" PROBNY'),
        weak=("Kesha",),
        script="Тестислав ПРОБНЫЙ",
        born=date(1961, 2, 3),
        place="Examplegrad",
        gender="male",
        passport="75123456",
        address="1, Sample Street; Flat 2, Examplegrad",
        position="Deputy of the Sample Council",
        reason="Paid for votes & spread forged ballots <twice>.",
    ),
    Listed(
        id="1002",
        kind="organisation",
        first="",
        last="SAMPLE TRADING HOUSE, LTD.",
        aliases=("STH",),
        country=("by", "Belarus"),
        address="5 Mill Road, Mustersk",
        listed=date(2023, 1, 30),
    ),
    Listed(id="1003", kind="vessel", first="", last="MUSTER STAR", imo="9123456", country=("pa", "Panama")),
    Listed(id="1004", kind="person", first="Ana", last="MUSTERESCU", country=("md", "Moldova"), gender="female"),
)


def ofac_tables(entries=PEOPLE, delimiter=","):
    """sdn, add and alt as bytes."""
    empty = "-0- "
    types = {"person": "individual", "organisation": empty, "vessel": "vessel"}
    sdn, add, alt = [], [], []
    for number, one in enumerate(entries):
        name = f"{one.last}, {one.first}" if one.kind == "person" else one.last
        facts = [
            one.born and f"DOB {one.born:%d %b %Y}",
            one.place and f"POB {one.place}",
            one.kind == "person" and f"nationality {one.country[1]}",
            one.gender and f"Gender {one.gender.title()}",
            one.passport and f"Passport {one.passport} ({one.country[1]})",
            one.imo and f"Vessel Registration Identification IMO {one.imo}",
            *(f"a.k.a. '{weak}'" for weak in one.weak),
            number == 0 and f"Linked To: {entries[1].last}" if len(entries) > 1 else "",
        ]
        remarks = "; ".join(filter(None, facts)) + "." if any(facts) else empty
        flag = one.country[1] if one.kind == "vessel" else empty
        row = [one.id, name, types[one.kind], f"{one.programme}] [SECOND", one.position or empty]
        sdn.append([*row, empty, empty, empty, empty, flag, empty, remarks])
        country = one.country[1] if one.kind == "organisation" else empty
        add.append([one.id, f"9{number}", one.address or empty, empty, country, empty])
        alt += [
            [one.id, f"8{number}{i}", "aka", alias, empty]
            for i, alias in enumerate((*one.aliases, one.script))
            if alias
        ]
    return tuple(_csv(table, delimiter, quoting=csv.QUOTE_MINIMAL) for table in (sdn, add, alt))


def _csv(rows, delimiter=",", quoting=csv.QUOTE_MINIMAL, end="\r\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


def ofac_xml(entries=PEOPLE, list_name="SDN List"):
    """SDN_ADVANCED.XML: everything points to everything by number."""
    parts = {"person": "4", "organisation": "3", "vessel": "1"}
    codes = {code: str(11000 + i) for i, code in enumerate(sorted({one.country for one in entries}))}
    countries = "".join(
        f'<Country ID="{n}" ISO2="{code.upper()}">{name}</Country>' for (code, name), n in codes.items()
    )
    refs = f"""<ReferenceValueSets>
 <AliasTypeValues><AliasType ID="1400">A.K.A.</AliasType><AliasType ID="1403">Name</AliasType></AliasTypeValues>
 <CountryValues>{countries}</CountryValues>
 <FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType><FeatureType ID="9">Place of Birth</FeatureType>
  <FeatureType ID="10">Nationality Country</FeatureType><FeatureType ID="224">Gender</FeatureType>
  <FeatureType ID="25">Location</FeatureType><FeatureType ID="26">Title</FeatureType>
  <FeatureType ID="3">Vessel Flag</FeatureType>
  <FeatureType ID="344">Digital Currency Address - XBT</FeatureType></FeatureTypeValues>
 <DetailReferenceValues><DetailReference ID="91">Male</DetailReference><DetailReference ID="92">Female</DetailReference>
 </DetailReferenceValues>
 <IDRegDocTypeValues><IDRegDocType ID="1571">Passport</IDRegDocType>
  <IDRegDocType ID="1626">Vessel Registration Identification</IDRegDocType></IDRegDocTypeValues>
 <LegalBasisValues><LegalBasis ID="1">Unknown</LegalBasis><LegalBasis ID="2">Executive Order 1 (Test)</LegalBasis>
 </LegalBasisValues>
 <ListValues><List ID="1550">{list_name}</List></ListValues>
 <LocPartTypeValues><LocPartType ID="1451">ADDRESS1</LocPartType></LocPartTypeValues>
 <NamePartTypeValues><NamePartType ID="1520">Last Name</NamePartType><NamePartType ID="1521">First Name</NamePartType>
  <NamePartType ID="1525">Entity Name</NamePartType></NamePartTypeValues>
 <PartySubTypeValues><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType>
  <PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType>
  <PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType></PartySubTypeValues>
 <PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType></PartyTypeValues>
 <RelationTypeValues><RelationType ID="15003">Owned or Controlled By</RelationType></RelationTypeValues>
 <SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType><SanctionsType ID="1705">Block</SanctionsType>
 </SanctionsTypeValues>
 <ScriptValues><Script ID="215" ScriptCode="Latn">Latin</Script><Script ID="220">Cyrillic</Script></ScriptValues>
</ReferenceValueSets>"""
    places = ""
    for one in entries:
        land = f'<LocationCountry CountryID="{codes[one.country]}"/>'
        value = f'<LocationPartValue Primary="true"><Value>{escape(one.address)}</Value></LocationPartValue>'
        part = f'<LocationPart LocPartTypeID="1451">{value}</LocationPart>'
        places += f'<Location ID="5{one.id}">{land}{part}</Location><Location ID="6{one.id}">{land}</Location>'
    documents = "".join(
        f'<IDRegDocument ID="7{one.id}" IDRegDocTypeID="{1571 if one.passport else 1626}" IdentityID="3{one.id}" '
        f'IssuedBy-CountryID="{codes[one.country]}"><IDRegistrationNo>{one.passport or f"IMO {one.imo}"}'
        "</IDRegistrationNo></IDRegDocument>"
        for one in entries
        if one.passport or one.imo
    )
    parties = "".join(_party(one, parts[one.kind], codes[one.country]) for one in entries)
    relation = ""
    if len(entries) > 1:
        relation = (
            f'<ProfileRelationships><ProfileRelationship ID="1" From-ProfileID="{entries[0].id}" '
            f'To-ProfileID="{entries[1].id}" RelationTypeID="15003" Former="false"/></ProfileRelationships>'
        )
    sanctions = ""
    for one in entries:
        event = f'<EntryEvent EntryEventTypeID="1" LegalBasisID="2"><Comment/>{_xml_date(one.listed)}</EntryEvent>'
        measures = '<SanctionsMeasure SanctionsTypeID="1705"/>'
        for programme in (one.programme, "SECOND"):
            measures += f'<SanctionsMeasure SanctionsTypeID="1"><Comment>{programme}</Comment></SanctionsMeasure>'
        sanctions += f'<SanctionsEntry ProfileID="{one.id}" ListID="1550">{event}{measures}</SanctionsEntry>'
    issued = f'<DateOfIssue CalendarTypeID="1">{_xml_date(DAY, tag="")}</DateOfIssue>'
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<Sanctions xmlns="https://example.org/ADVANCED_XML" Version="3">\n'
        f"{issued}{refs}\n<Locations>{places}</Locations>\n<IDRegDocuments>{documents}</IDRegDocuments>\n"
        f"<DistinctParties>{parties}</DistinctParties>\n{relation}\n"
        f"<SanctionsEntries>{sanctions}</SanctionsEntries></Sanctions>"
    ).encode()


def _xml_date(day, tag="Date"):
    parts = f"<Year>{day.year}</Year><Month>{day.month}</Month><Day>{day.day}</Day>"
    return f'<{tag} CalendarTypeID="1">{parts}</{tag}>' if tag else parts


def _party(one, kind, country):
    def documented(parts, script="215"):
        inner = "".join(
            f'<DocumentedNamePart><NamePartValue NamePartGroupID="{group}" ScriptID="{script}">{escape(word)}'
            "</NamePartValue></DocumentedNamePart>"
            for group, word in parts
        )
        return f"<DocumentedName>{inner}</DocumentedName>"

    main = [("1", one.last), ("2", one.first)] if one.first else [("3", one.last)]
    names = f'<Alias AliasTypeID="1403" Primary="true" LowQuality="false">{documented(main)}'
    names += documented([("3", one.script)], "220") if one.script else ""
    names += "</Alias>"
    for low, aliases in (("false", one.aliases), ("true", one.weak)):
        for alias in aliases:
            found = documented([("3", alias)])
            names += f'<Alias AliasTypeID="1400" Primary="false" LowQuality="{low}">{found}</Alias>'
    features = []
    if one.born:
        born = _xml_date(one.born, tag="")
        period = f"<Start><From>{born}</From><To>{born}</To></Start><End><From>{born}</From><To>{born}</To></End>"
        features.append(("8", f"<DatePeriod>{period}</DatePeriod>"))
    if one.place:
        features.append(("9", f'<VersionDetail DetailTypeID="1432">{one.place}</VersionDetail>'))
    if one.kind != "organisation":
        flag = "10" if one.kind == "person" else "3"
        features.append((flag, f'<VersionDetail DetailTypeID="1433"/><VersionLocation LocationID="6{one.id}"/>'))
    if one.gender:
        features.append(("224", f'<VersionDetail DetailReferenceID="{91 if one.gender == "male" else 92}"/>'))
    if one.position:
        features.append(("26", f"<VersionDetail>{escape(one.position)}</VersionDetail>"))
    if one.address:
        features.append(("25", f'<VersionLocation LocationID="5{one.id}"/>'))
    written = "".join(
        f'<Feature FeatureTypeID="{t}"><FeatureVersion>{v}</FeatureVersion></Feature>' for t, v in features
    )
    groups = "".join(
        f'<MasterNamePartGroup><NamePartGroup ID="{n}" NamePartTypeID="{t}"/></MasterNamePartGroup>'
        for n, t in (("1", "1520"), ("2", "1521"), ("3", "1525"))
    )
    return (
        f'\n<DistinctParty FixedRef="{one.id}"><Comment/><Profile ID="{one.id}" PartySubTypeID="{kind}">'
        f'<Identity ID="3{one.id}" Primary="true">{names}<NamePartGroups>{groups}</NamePartGroups></Identity>{written}'
        "</Profile></DistinctParty>"
    )


def eu_fsf(entries=PEOPLE, day=DAY):
    """The full list of the EU, version 1.1. A vessel is written as an enterprise: the EU's list has no ships."""

    def attributes(**values):
        return " ".join(f"{key}={quoteattr(value)}" for key, value in values.items())

    found = []
    for one in entries:
        person = one.kind == "person"
        gender = {"male": "M", "female": "F"}.get(one.gender, "")
        names = "".join(
            f"<nameAlias {attributes(firstName=one.first, lastName=one.last, wholeName=name, strong=strong)} "
            f"{attributes(gender=gender, function=one.position, nameLanguage='', logicalId='1')}/>"
            for name, strong in (
                (one.name, "true"),
                *((alias, "true") for alias in (*one.aliases, one.script) if alias),
                *((weak, "false") for weak in one.weak),
            )
        )
        code, description = one.country[0].upper(), one.country[1].upper()
        more = ""
        if person:
            more += f"<citizenship {attributes(countryIso2Code=code, countryDescription=description, region='')}/>"
        if one.born:
            whole, place = one.born.isoformat(), one.place
            more += f"<birthdate {attributes(birthdate=whole, year=str(one.born.year), city=place, circa='false')}/>"
        if one.passport:
            more += f"<identification {attributes(number=one.passport, identificationTypeCode='passport')} "
            more += f"{attributes(countryIso2Code=code)}/>"
        if one.address:
            more += f"<address {attributes(street=one.address, countryIso2Code=code, countryDescription=description)}/>"
        act = (
            f"<regulation {attributes(regulationType='regulation', numberTitle='2024/1 (OJ L1)')} "
            f"{attributes(entryIntoForceDate=one.listed.isoformat(), publicationDate=one.listed.isoformat())} "
            f"{attributes(programme=one.programme)}><publicationUrl>http://example.org/1</publicationUrl></regulation>"
        )
        subject = attributes(code="person" if person else "enterprise", classificationCode="P" if person else "E")
        found.append(
            f"<sanctionEntity {attributes(designationDetails='', unitedNationId='')} "
            f"{attributes(euReferenceNumber=f'EU.{one.id}.1', logicalId=one.id)}><remark>{escape(one.reason)}</remark>"
            f"{act}<subjectType {subject}/>{names}{more}</sanctionEntity>\n"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<export xmlns="http://eu.europa.ec/fpi/fsd/export" '
        f'generationDate="{day}T16:47:04.449+02:00" globalFileId="1">\n{"".join(found)}</export>\n'
    ).encode()


def uksl_xml(entries=PEOPLE, day=DAY):
    """The UK Sanctions List as XML."""

    def tag(name, text):
        return f"<{name}>{escape(text)}</{name}>" if text else ""

    found = []
    for one in entries:
        names = [f"{tag('Name1', one.first)}{tag('Name6', one.last)}<NameType>Primary Name</NameType>"]
        names += [f"{tag('Name6', alias)}<NameType>Alias</NameType>" for alias in one.aliases]
        low = "<AliasStrength>Low quality a.k.a</AliasStrength>"
        names += [f"{tag('Name6', weak)}<NameType>ALias</NameType>{low}" for weak in one.weak]
        script = f"<NonLatinNames><NonLatinName>{tag('NameNonLatinScript', one.script)}</NonLatinName></NonLatinNames>"
        details = ""
        if one.kind == "person":
            born = one.born and f"<DOBs>{tag('DOB', f'{one.born:%d/%m/%Y}')}</DOBs>"
            passport = tag("PassportNumber", one.passport)
            details = (
                f"<IndividualDetails><Individual>{born or ''}"
                f"<PassportDetails><Passport>{passport}</Passport></PassportDetails>"
                f"<Nationalities>{tag('Nationality', one.country[1])}</Nationalities>"
                f"<Positions>{tag('Position', one.position)}</Positions>"
                f"<Genders>{tag('Gender', one.gender.title())}</Genders><BirthDetails><Location>"
                f"{tag('TownOfBirth', one.place)}</Location></BirthDetails></Individual></IndividualDetails>"
            )
        if one.imo:
            flag = tag("CurrentBelievedFlagOfShip", one.country[1])
            details = (
                f"<ShipDetails><Ship><IMONumbers>{tag('IMONumber', f'IMO{one.imo}')}</IMONumbers>"
                f"<CurrentBelievedFlagOfShips>{flag}</CurrentBelievedFlagOfShips></Ship></ShipDetails>"
            )
        kind = {"person": "Individual", "organisation": "Entity", "vessel": "Ship"}[one.kind]
        address = ""
        if one.address:
            land = tag("AddressCountry", one.country[1])
            address = f"<Addresses><Address>{tag('AddressLine1', one.address)}{land}</Address></Addresses>"
        found.append(
            f"<Designation>{tag('DateDesignated', f'{one.listed:%d/%m/%Y}')}{tag('UniqueID', one.id)}"
            f"<Names>{''.join(f'<Name>{name}</Name>' for name in names)}</Names>{script}"
            f"{tag('RegimeName', one.programme)}{tag('IndividualEntityShip', kind)}"
            f"<SanctionsImposed>Asset freeze|Travel Ban</SanctionsImposed>"
            f"{tag('UKStatementofReasons', one.reason)}{address}{details}</Designation>\n"
        )
    generated = f"<DateGenerated>{day:%d/%m/%Y}</DateGenerated>"
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    return f"{head}<Designations>{generated}\n{''.join(found)}</Designations>".encode()


UKSL_HEADER = [
    *("Last Updated", "Unique ID", "OFSI Group ID", "UN Reference Number", "Name 6", "Name 1", "Name 2", "Name 3"),
    *("Name 4", "Name 5", "Name type", "Alias strength", "Title", "Name non-latin script", "Non-latin script type"),
    *("Non-latin script language", "Regime Name", "Designation Type", "Designation source", "Sanctions Imposed"),
    *("Other Information", "UK Statement of Reasons", "Address Line 1", "Address Line 2", "Address Line 6"),
    *("Address Postal Code", "Address Country", "Date Designated", "D.O.B", "Nationality(/ies)"),
    *("National Identifier number", "Passport number", "Position", "Gender", "Town of birth", "Country of birth"),
    *("Business registration number (s)", "IMO number", "Current believed flag of ship"),
]


def uksl_csv(entries=PEOPLE, day=DAY):
    """The UK Sanctions List as CSV: a row for each name, with cells over several lines."""
    rows = []
    for one in entries:
        same = {
            "Unique ID": one.id,
            "Regime Name": one.programme,
            "Designation Type": {"person": "Individual", "organisation": "Entity", "vessel": "Ship"}[one.kind],
            "Sanctions Imposed": "Asset freeze|Travel Ban",
            "Other Information": "Several\nlines, with commas",
            "UK Statement of Reasons": one.reason,
            "Address Line 1": one.address,
            "Address Country": one.country[1] if one.address else "",
            "Date Designated": f"{one.listed:%d/%m/%Y}",
            "D.O.B": f"{one.born:%d/%m/%Y}" if one.born else "",
            "Nationality(/ies)": one.country[1] if one.kind == "person" else "",
            "Passport number": one.passport,
            "Position": one.position,
            "Gender": one.gender.title(),
            "Town of birth": one.place,
            "IMO number": one.imo,
            "Current believed flag of ship": one.country[1] if one.imo else "",
            "Name non-latin script": one.script,
        }
        rows.append({**same, "Name 1": one.first, "Name 6": one.last, "Name type": "Primary Name"})
        rows += [{**same, "Name 6": alias, "Name type": "Alias"} for alias in one.aliases]
        rows += [
            {**same, "Name 6": weak, "Name type": "Alias", "Alias strength": "Low quality a.k.a"} for weak in one.weak
        ]
    cells = [[row.get(column, "") for column in UKSL_HEADER] for row in rows]
    return f"Report Date: {day:%d-%b-%Y}\r\n".encode() + _csv([UKSL_HEADER, *cells])


def ofsi_csv(entries=PEOPLE, day=DAY):
    """OFSI's former consolidated list: all taken over on 31 December 2020, with the older day."""
    header = [
        *("Name 6", "Name 1", "DOB", "Town of Birth", "Nationality", "Passport Number", "Position", "Address 1"),
        *("Country", "Other Information", "Group Type", "Alias Type", "Alias Quality", "Regime", "Listed On"),
        *("UK Sanctions List Date Designated", "Last Updated", "Group ID"),
    ]
    rows = []
    for one in entries:
        kind = {"person": "Individual", "organisation": "Entity", "vessel": "Ship"}[one.kind]
        born = f"{one.born:%d/%m/%Y}" if one.born else ""
        other = f"(UK Sanctions List Ref):TST{one.id}. (Gender):Male"
        name = [one.last, one.first, born, one.place, one.country[1], one.passport, one.position, one.address]
        rows.append([*name, "", other, kind, "Primary name", "", one.programme, "17/03/2014", "31/12/2020", "", one.id])
    return f"Last Updated,{day:%d/%m/%Y}\r\n".encode() + _csv([header, *rows])


def sema(entries=PEOPLE, bilingual=True):
    """Canada's list."""
    french = {
        "Country": "Pays",
        "LastName": "NomDeFamille",
        "GivenName": "Prenom",
        "EntityOrShip": "EntiteOuNavire",
        "Aliases": "Alias",
        "DateOfBirthOrShipBuildDate": "DateDeNaissanceOuDateDeConstructionDuNavire",
        "TitleOrShipType": "TitreOuTypeDeNavire",
        "ShipIMONumber": "NumeroOMIDuNavire",
        "Schedule": "Annexe",
        "Item": "NumeroDarticle",
        "DateOfListing": "DateDinscription",
    }
    records = []
    for number, one in enumerate(entries, 1):
        person = one.kind == "person"
        cells = {
            "Country": f"{one.country[1]} / {one.country[1]}e",
            "LastName": one.last if person else "",
            "GivenName": one.first,
            "EntityOrShip": "" if person else one.last,
            "Aliases": "; ".join((*one.aliases, *one.weak, one.script)).strip("; "),
            "DateOfBirthOrShipBuildDate": one.born.isoformat() if one.born else "",
            "TitleOrShipType": f"{one.position} | {one.position} (fr)" if one.position else "",
            "ShipIMONumber": one.imo,
            "Schedule": "1, Part 1",
            "Item": str(number),
            "DateOfListing": one.listed.isoformat(),
        }
        tags = {key: f"{key}-{french[key]}" if bilingual else key for key in cells}
        inner = "".join(f"<{tags[key]}>{escape(value)}</{tags[key]}>" for key, value in cells.items() if value)
        records.append(f"<record>{inner}</record>\n")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<data-set>\n{"".join(records)}</data-set>'.encode()


def _name_part(order, kind, value, script=""):
    spelt = f'<spelling-variant lang="RUS" script="CYRL">{script}</spelling-variant>' if script else ""
    return f'<name-part order="{order}" name-part-type="{kind}"><value>{escape(value)}</value>{spelt}</name-part>'


def seco(entries=PEOPLE, day=DAY, delisted=()):
    """Switzerland's list; `delisted` are ids taken off on 1 March 2024."""
    places = "".join(
        f'<place ssid="7{one.id}"><location>{escape(one.place)}</location>'
        f'<country iso-code="{one.country[0].upper()}">{one.country[1]}</country></place>'
        for one in entries
    )
    targets = []
    for one in entries:
        kind = {"person": "individual", "organisation": "entity", "vessel": "object"}[one.kind]
        if one.kind == "person":
            given, _, family = one.script.rpartition(" ")
            parts = _name_part(2, "family-name", one.last, family) + _name_part(1, "given-name", one.first, given)
        else:
            parts = _name_part(1, "whole-name", one.last)
        names = f'<name name-type="primary-name" quality="good" lang="eng">{parts}</name>'
        for quality, aliases in (("good", one.aliases), ("low", one.weak)):
            for alias in aliases:
                names += f'<name name-type="alias" quality="{quality}">{_name_part(1, "whole-name", alias)}</name>'
        more = ""
        if one.born:
            more += f'<day-month-year day="{one.born.day}" month="{one.born.month}" year="{one.born.year}"/>'
        if one.place:
            more += f'<place-of-birth place-id="7{one.id}"/>'
        if one.kind == "person":
            land = f'<country iso-code="{one.country[0].upper()}">{one.country[1]}</country>'
            more += f"<nationality>{land}</nationality>"
        if one.passport:
            issuer = f'<issuer code="{one.country[0].upper()}">{one.country[1]}</issuer>'
            number = f"<number>{one.passport}</number>"
            more += f'<identification-document document-type="passport">{number}{issuer}</identification-document>'
        if one.address:
            details = f"<address-details>{escape(one.address)}</address-details>"
            more += f'<address place-id="7{one.id}" quality="good">{details}</address>'
        other = f"<other-information>IMO Number: {one.imo}</other-information>" if one.imo else ""
        attributes = f' sex="{one.gender}"' if one.gender else ' object-type="vessel"' if one.kind == "vessel" else ""
        change = f'effective-date="{one.listed}" publication-date="{one.listed}"'
        history = (
            f'<modification modification-type="listed" {change}><added><target ssid="{one.id}"/></added></modification>'
        )
        if one.id in delisted:
            history = f'<modification modification-type="de-listed" effective-date="2024-03-01"/>{history}'
        targets.append(
            f'<target ssid="{one.id}"><sanctions-set-id>11</sanctions-set-id><{kind}{attributes}>'
            f'<identity main="true">{names}{more}</identity>'
            f"<justification>{escape(one.reason)}</justification>{other}</{kind}>{history}</target>\n"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<swiss-sanctions-list list-type="whole-list" date="{day}"><sanctions-program ssid="1">'
        '<program-key lang="eng">TEST-EO1</program-key><sanctions-set ssid="11" lang="eng">Article 1</sanctions-set>'
        f"</sanctions-program>{places}{''.join(targets)}</swiss-sanctions-list>"
    ).encode()


DFAT_HEADER = [
    *("Reference", "Name of Individual or Entity", "Type", "Name Type", "Alias Strength", "Date of Birth"),
    *("Place of Birth", "Citizenship", "Address", "Additional Information", "Listing Information", "IMO Number"),
    *("Committees", "Control Date", "Instrument of Designation", "Targeted Financial Sanction", "Travel Ban"),
    *("Arms Embargo", "Maritime Restriction"),
]


def dfat_rows(entries=PEOPLE):
    """Rows of Australia's list, header first."""
    rows = [DFAT_HEADER]
    for one in entries:
        kind = {"person": "Individual", "organisation": "Entity", "vessel": "Vessel"}[one.kind]
        names = [(one.name, "Primary Name", "")]
        names += [(alias, "Alias", "Strong") for alias in one.aliases] + [(weak, "Alias", "Weak") for weak in one.weak]
        names += [(one.script, "Original Script", "")] if one.script else []
        for number, (name, name_type, strength) in enumerate(names):
            letter = "" if number == 0 else chr(ord("a") + number - 1)
            rows.append(
                [
                    *(f"{one.id}{letter}", name, kind, name_type, strength),
                    f"{one.born:%d %b %Y}" if one.born else "",
                    one.place,
                    one.country[1] if one.kind != "vessel" else "",
                    one.address,
                    one.reason,
                    f"Listed on {one.listed:%d %B %Y}, amended on 1 January 2031",
                    one.imo,
                    one.programme,
                    DAY,
                    "Instrument 2022 (No. 1)",
                    *(True, one.kind == "person", False, False),
                ]
            )
    return rows


def xlsx(sheets, shared=False):
    """A workbook with the given rows in each sheet; text in its place, or `shared` as spreadsheet programs keep it;
    dates as serial numbers."""
    texts = [] if shared else None
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{kind}.worksheet+xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{overrides}'
            f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
        )
        relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006/relationships"
        archive.writestr(
            "_rels/.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{package}"><Relationship Id="rId1" '
            f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        named = "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="rId{i}"/>' for i in range(1, len(sheets) + 1))
        archive.writestr(
            "xl/workbook.xml",
            f'<?xml version="1.0"?><workbook xmlns="{main}" xmlns:r="{relations}"><sheets>{named}</sheets></workbook>',
        )
        links = "".join(
            f'<Relationship Id="rId{i}" Type="{relations}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{package}">{links}<Relationship Id="rId99" '
            f'Type="{relations}/styles" Target="styles.xml"/><Relationship Id="rId98" '
            f'Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/styles.xml",
            f'<?xml version="1.0"?><styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/>'
            '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        )
        for i, rows in enumerate(sheets, 1):
            body = "".join(
                f'<row r="{r}">{"".join(_cell(value, texts) for value in row)}</row>' for r, row in enumerate(rows, 1)
            )
            archive.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
        if shared:
            space = '<t xml:space="preserve">'
            runs = [[f"<r>{space}{escape(part)}</t></r>" for part in (text[:3], text[3:])] for text in texts]
            items = "".join(f"<si>{''.join(run)}</si>" for run in runs)
            archive.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?><sst xmlns="{main}">{items}</sst>')
    return out.getvalue()


def _cell(value, texts=None):
    if isinstance(value, str) and value and texts is not None:
        texts.append(value)
        return f'<c t="s"><v>{len(texts) - 1}</v></c>'
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>' if value else "<c/>"


def dfat(entries=PEOPLE):
    """Australia's list."""
    return xlsx([dfat_rows(entries)])


def opensanctions(entries=PEOPLE, nested=False):
    """Entities of FollowTheMoney, one a line; sanctions as entities of their own, or inside."""
    lines = []
    for one in entries:
        schema = {"person": "Person", "organisation": "Organization", "vessel": "Vessel"}[one.kind]
        properties = {
            "name": [one.name, *([one.script] if one.script else [])],
            "alias": list(one.aliases),
            "weakAlias": list(one.weak),
            "birthDate": [one.born.isoformat()] if one.born else [],
            "birthPlace": [one.place] if one.place else [],
            "nationality" if one.kind == "person" else "country": [one.country[0]],
            "gender": [one.gender] if one.gender else [],
            "position": [one.position] if one.position else [],
            "address": [one.address] if one.address else [],
            "imoNumber": [f"IMO{one.imo}"] if one.imo else [],
        }
        sanction = {
            "startDate": [one.listed.isoformat()],
            "programId": [one.programme],
            "provisions": ["Asset freeze"],
            "reason": [one.reason] if one.reason else [],
        }
        passport = {"number": [one.passport], "country": [one.country[0]]}
        held = [("Sanction", "entity", sanction), *([("Passport", "holder", passport)] if one.passport else [])]
        entity = {"id": f"T-{one.id}", "schema": schema, "datasets": ["xx_test"], "last_seen": f"{DAY}T01:02:03"}
        parts = [{"id": f"{s}-{one.id}", "schema": s, "properties": p} for s, _, p in held]
        if nested:
            properties |= {"sanctions": parts[:1], "passports": parts[1:]}
        else:
            lines += [
                {**part, "properties": {**part["properties"], end: [entity["id"]]}}
                for part, (_, end, _) in zip(parts, held, strict=True)
            ]
        lines.append({**entity, "properties": properties})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


#: format -> (name of the file, its bytes)
SINGLE = {
    "ofac-xml": ("SDN_ADVANCED.XML", ofac_xml()),
    "eu-fsf": ("20240506-FULL-1_1.xml", eu_fsf()),
    "uksl-xml": ("UK-Sanctions-List.xml", uksl_xml()),
    "uksl-csv": ("UK-Sanctions-List.csv", uksl_csv()),
    "ca-sema": ("sema-lmes_2024-05-06.xml", sema()),
    "ch-seco": ("consolidated-list.xml", seco()),
    "au-dfat": ("regulation8_consolidated_2024-05-06.xlsx", dfat()),
    "opensanctions": ("entities.ftm.json", opensanctions()),
}

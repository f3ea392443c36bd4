"""One small election as each system writes it: two contests, four cards, an overvote, a blank, a write-in."""

from __future__ import annotations

import io
import json
import zipfile

MAYOR, PARKS = "Mayor", "Measure P"
#: id, batch, position, mayor, measure (None: not on the card). "A B" is an overvote.
CARDS = (
    ("1-7-1", "7", 1, "Ada", "Yes"),
    ("1-7-2", "7", 2, "Ada Bo", ""),
    ("1-8-1", "8", 1, "", "No"),
    ("1-8-2", "8", 2, "Bo", None),
)
CHOICES = {MAYOR: ("Ada", "Bo", "Write-in"), PARKS: ("Yes", "No")}
VOTES = {MAYOR: {"Ada": 1, "Bo": 1, "Write-in": 0}, PARKS: {"Yes": 1, "No": 1}}
ON_CARDS = {MAYOR: 4, PARKS: 3}
_IDS = {MAYOR: 1, PARKS: 2}
_CHOICE_IDS = {"Ada": 11, "Bo": 12, "Write-in": 13, "Yes": 21, "No": 22}


def dominion_csv(formula=True):
    columns = [(contest, choice) for contest, choices in CHOICES.items() for choice in choices]
    told = ["CvrNumber", "TabulatorNum", "BatchId", "RecordId", "ImprintedId", "CountingGroup", "BallotType"]
    lines = [
        ["Town", "5.2.13.9", *[""] * 10],
        [*[""] * 7, *(f"{contest} (Vote For=1)" for contest, _ in columns)],
        [*[""] * 7, *(choice for _, choice in columns)],
        [*told, *[""] * 5],
    ]
    text = "".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in lines)
    for number, (id_, batch, position, mayor, measure) in enumerate(CARDS, 1):
        cells = [str(number), "1", batch, str(position), id_, "Mail", "5"]
        cells = [f'="{cell}"' if formula else cell for cell in cells]
        said = {MAYOR: mayor, PARKS: measure}
        votes = ["" if said[c] is None else str(int(choice in said[c].split())) for c, choice in columns]
        text += ",".join([*cells, *(f'"{vote}"' for vote in votes)]) + "\r\n"
    return text.encode("utf-8-sig")


def dominion_json():
    """Files of an export by name; the second card was adjudicated: as scanned it was a vote for Ada."""
    contests = [
        {"Description": name, "Id": id_, "ExternalId": "", "DistrictId": 1, "VoteFor": 1, "NumOfRanks": 0}
        for name, id_ in _IDS.items()
    ]
    candidates = [
        {"Description": choice, "Id": _CHOICE_IDS[choice], "ContestId": _IDS[contest], "Type": "Regular"}
        for contest, choices in CHOICES.items()
        for choice in choices
    ]
    sessions = [_session(*card) for card in CARDS]
    old = {**sessions[1]["Original"], "IsCurrent": False}
    sessions[1] = {**sessions[1], "Original": _contests(old, "Ada", ""), "Modified": sessions[1]["Original"]}
    parts = {"CvrExport_1.json": sessions[:2], "CvrExport_2.json": sessions[2:]}
    made = {name: {"Version": "5.10", "ElectionId": "Town", "Sessions": part} for name, part in parts.items()}
    made |= {"ContestManifest.json": {"Version": "5.10", "List": contests}}
    made |= {"CandidateManifest.json": {"Version": "5.10", "List": candidates}}
    made |= {"TabulatorManifest.json": {"Version": "5.10", "List": [{"Description": "Scanner", "Id": 1}]}}
    return {name: json.dumps(content, indent=1).encode() for name, content in made.items()}


def _session(id_, batch, position, mayor, measure):
    redacted = id_ == "1-8-2"
    return {
        "TabulatorId": 1,
        "BatchId": int(batch),
        "RecordId": "X" if redacted else position,
        "CountingGroupId": 2,
        "ImageMask": f"D:\\Images\\00001_{int(batch):05d}_{position:06d}*.*",
        "SessionType": "ScannedVote",
        "Original": _contests({"BallotTypeId": 5, "IsCurrent": True}, mayor, measure),
    }


def _contests(part, mayor, measure):
    said = {name: votes.split() for name, votes in ((MAYOR, mayor), (PARKS, measure)) if votes is not None}
    contests = [
        {
            "Id": _IDS[name],
            "Overvotes": int(len(votes) > 1),
            "Marks": [
                {"CandidateId": _CHOICE_IDS[one], "Rank": 1, "IsAmbiguous": False, "IsVote": len(votes) == 1}
                for one in votes
            ],
        }
        for name, votes in said.items()
    ]
    return {**part, "Cards": [{"Id": 1, "PaperIndex": 1, "Contests": contests}]}


def hart_xml(id_, batch, position, mayor, measure):
    def option(name):
        return f"<Option><Name>{name}</Name><Id>o-{name}</Id><Value>1</Value></Option>"

    said = [(name, votes.split()) for name, votes in ((MAYOR, mayor), (PARKS, measure)) if votes is not None]
    contests = "".join(
        f"<Contest><Name>{name}</Name><Id>c-{name}</Id><Options>"
        + "".join(option(one) for one in votes if len(votes) == 1)
        + f"</Options><Overvotes>{int(len(votes) > 1)}</Overvotes></Contest>"
        for name, votes in said
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<Cvr xmlns="http://tempuri.org/CVRDesign.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<Contests>{contests}</Contests><BatchSequence>{position}</BatchSequence><SheetNumber>1</SheetNumber>"
        f"<PrecinctSplit><Name>5</Name><Id>p</Id></PrecinctSplit><BatchNumber>{batch}</BatchNumber>"
        f"<CvrGuid>{id_}</CvrGuid></Cvr>"
    ).encode()


def hart():
    return zipped({f"1_{card[0]}.xml": hart_xml(*card) for card in CARDS})


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def nist_cvr():
    """NIST SP 1500-103 as JSON; `as_xml` writes the same as XML."""
    return {
        "@type": "CVR.CastVoteRecordReport",
        "CVR": [_record(*card) for card in CARDS],
        "Election": [
            {
                "@id": "e",
                "@type": "CVR.Election",
                "Candidate": [{"@id": f"p-{name}", "@type": "CVR.Candidate", "Name": name} for name in CHOICES[MAYOR]],
                "Contest": [
                    {
                        "@id": f"c-{contest}".replace(" ", "_"),
                        "@type": f"CVR.{'CandidateContest' if contest == MAYOR else 'BallotMeasureContest'}",
                        "Name": contest,
                        **({"VotesAllowed": 1} if contest == MAYOR else {}),
                        "ContestSelection": [_selection(contest, choice) for choice in choices],
                    }
                    for contest, choices in CHOICES.items()
                ],
                "ElectionScopeId": "g",
            }
        ],
        "GeneratedDate": "2024-11-06T00:00:00Z",
        "GpUnit": [{"@id": "g", "@type": "CVR.GpUnit", "Type": "precinct"}],
        "ReportGeneratingDeviceIds": ["r"],
        "ReportingDevice": [{"@id": "r", "@type": "CVR.ReportingDevice"}],
        "Version": "1.0.0",
    }


def _selection(contest, choice):
    if contest == PARKS:
        return {"@id": f"s-{choice}", "@type": "CVR.BallotMeasureSelection", "Selection": choice}
    return {"@id": f"s-{choice}", "@type": "CVR.CandidateSelection", "CandidateIds": [f"p-{choice}"]}


def _record(id_, batch, position, mayor, measure):
    said = [(name, votes.split()) for name, votes in ((MAYOR, mayor), (PARKS, measure)) if votes is not None]
    contests = [
        {
            "@type": "CVR.CVRContest",
            "ContestId": f"c-{name}".replace(" ", "_"),
            "Overvotes": int(len(votes) > 1),
            "CVRContestSelection": [
                {
                    "@type": "CVR.CVRContestSelection",
                    "ContestSelectionId": f"s-{one}",
                    "SelectionPosition": [
                        {
                            "@type": "CVR.SelectionPosition",
                            "HasIndication": "yes",
                            "IsAllocable": "yes" if len(votes) == 1 else "no",
                            "NumberVotes": 1,
                        }
                    ],
                }
                for one in votes
            ],
        }
        for name, votes in said
    ]
    return {
        "@type": "CVR.CVR",
        "BallotStyleId": "5",
        "BatchId": batch,
        "BatchSequenceId": position,
        "CVRSnapshot": [
            {"@id": f"old-{id_}", "@type": "CVR.CVRSnapshot", "CVRContest": [], "Type": "original"},
            {"@id": f"now-{id_}", "@type": "CVR.CVRSnapshot", "CVRContest": contests, "Type": "interpreted"},
        ],
        "CreatingDeviceId": "1",
        "CurrentSnapshotId": f"now-{id_}",
        "ElectionId": "e",
        "UniqueId": id_,
    }


def as_xml(document):
    """A document of NIST's JSON form in the XML form."""
    root = document["@type"].rpartition(".")[2]
    head = f'<{root} xmlns="http://itl.nist.gov/ns/voting" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    return f'<?xml version="1.0"?>\n{head}{_members(document)}</{root}>'.encode()


def _members(value):
    made = []
    for key, member in value.items():
        for one in (member if isinstance(member, list) else [member]) if not key.startswith("@") else ():
            if not isinstance(one, dict):
                made.append(f"<{key}>{one}</{key}>\n")
                continue
            kind = one["@type"].rpartition(".")[2]
            told = (f' ObjectId="{one["@id"]}"' if "@id" in one else "") + (
                f' xsi:type="{kind}"' if kind != key else ""
            )
            told += f' Language="{one["Language"]}"' if "Language" in one else ""
            inner = one["Content"] if "Content" in one else _members(one)
            made.append(f"<{key}{told}>{inner}</{key}>\n")
    return "".join(made)


def nist_results():
    """NIST SP 1500-100: two precincts in a county, ways of voting with and without totals, and an RCV second round."""

    def text(content):
        string = {"@type": "ElectionResults.LanguageString", "Language": "en", "Content": content}
        return {"@type": "ElectionResults.InternationalizedText", "Text": [string]}

    def counts(unit, **ways):
        return [
            {"@type": "ElectionResults.VoteCounts", "GpUnitId": unit, "Type": way.replace("_", "-"), "Count": number}
            for way, number in ways.items()
        ]

    later = {"@type": "ElectionResults.VoteCounts", "GpUnitId": "p1", "Type": "total", "Count": 999, "Round": 2}
    first = [
        *counts("p1", election_day=10, absentee=5, total=15),
        *counts("p2", election_day=7, absentee=1),
        later,
        *counts("p2", seats=1),
    ]
    second = [*counts("p1", total=4), *counts("p2", election_day=6, absentee=3)]
    unit = "ElectionResults.ReportingUnit"
    return {
        "@type": "ElectionResults.ElectionReport",
        "Format": "precinct-level",
        "GeneratedDate": "2024-11-06T00:00:00Z",
        "Issuer": "Town",
        "IssuerAbbreviation": "T",
        "SequenceStart": 1,
        "SequenceEnd": 1,
        "Status": "certified",
        "VendorApplicationId": "none",
        "GpUnit": [
            {"@id": "d", "@type": unit, "Type": "county", "ComposingGpUnitIds": ["p1", "p2"]},
            {"@id": "p1", "@type": unit, "Type": "precinct", "Name": text("North")},
            {"@id": "p2", "@type": unit, "Type": "precinct", "Name": text("South")},
        ],
        "Election": [
            {
                "@type": "ElectionResults.Election",
                "ElectionScopeId": "d",
                "StartDate": "2024-11-05",
                "EndDate": "2024-11-05",
                "Name": text("General election"),
                "Type": "general",
                "Candidate": [
                    {"@id": "k1", "@type": "ElectionResults.Candidate", "BallotName": text("Ada")},
                    {"@id": "k2", "@type": "ElectionResults.Candidate", "BallotName": text("Bo")},
                ],
                "BallotCounts": [
                    {"@type": "ElectionResults.BallotCounts", "GpUnitId": "d", "Type": "total", "BallotsCast": 40}
                ],
                "Contest": [
                    {
                        "@id": "c1",
                        "@type": "ElectionResults.CandidateContest",
                        "Name": MAYOR,
                        "ElectionDistrictId": "d",
                        "NumberElected": 1,
                        "VotesAllowed": 1,
                        "ContestSelection": [
                            {
                                "@id": f"s{n}",
                                "@type": "ElectionResults.CandidateSelection",
                                "CandidateIds": [f"k{n}"],
                                "VoteCounts": votes,
                            }
                            for n, votes in ((1, first), (2, second))
                        ],
                    }
                ],
            }
        ],
    }


RAIRE = b"""2
Contest,1,3,11,12,13,winner,12
Contest,2,2,21,22
1,5-7-1,11,12
1,5-7-2,12
1,5-7-3
2,5-7-1,22,21
"""
MANIFEST = b'CountyID,ScannerID,BatchID,NumBallots,StorageLocation\nAdams,"1","7",2,Bin 1\nAdams,1,8,"1,200",Bin 2\n'
TALLIES = b"Jurisdiction Name,Batch Name,Batch Type,Ada,Bo,Overvote\nAdams,One,Early,5,3,0\nAdams,Two,Early,1,2,1\n"
RESULTS = (
    b"county_name,contest_name,choice,votes\nAdams,Mayor,Ada,5\nBent,Mayor,Ada,2\nBent,Mayor,Bo,1\nTotal,Mayor,Bo,9\n"
)
CARD_TABLE = (
    b"card,batch,position,contest,choice,rank\na,7,1,Mayor,Ada,1\na,7,1,Mayor,Bo,2\nb,7,2,Mayor,,\nc,7,3,Mayor,Bo,x\n"
)

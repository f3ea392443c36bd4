"""schemathesis against the OpenAPI description of a running server with a case in it: whatever is sent, with ids that
exist and with others, no answer is a failure of the program, and each is one that the description names."""

import hashlib
import hmac
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from tests.web import paths

from tocsin.assure.assessment import answers
from tocsin.assure.rumour import keeping
from tocsin.jobs.leak_intake import Origin, take
from tocsin.model.assessment import COMPONENTS, Answer, Party, Product, Use
from tocsin.model.case import Case, Lead, Publication, Reply, Review
from tocsin.model.evidence import Item
from tocsin.model.leak import Leak
from tocsin.model.people import Credential, Invitation, Person
from tocsin.model.rumour import KeptRumour
from tocsin.web.auth import invitations
from tocsin.web.security import HEADERS

pytestmark = pytest.mark.slow
EXAMPLES = 12
#: What a path parameter stands for: by its name, or by the part of the path before it.
KINDS = {
    "answers": Answer, "asked": Reply, "cases": Case, "evidence": Item, "findings": Lead, "invitations": Invitation,
    "leaks": Leak, "party": Party, "people": Person, "publications": Publication, "review": Review,
    "rumours": KeptRumour,
    "uses": Use, "ways": Credential,
}  # fmt: skip


@pytest.fixture
def case(join, workspace, served, tmp_path):
    """A case ready to be published, and people with every role."""
    author, reader = join("ann"), join("bob")
    paths.take_in(workspace, author.person, tmp_path / "scan")
    paths.ready(author, reader, paths.lead_ids(author)[0])
    invitations.invite(workspace, author.person.actor, ["reader"])
    assess(workspace, author.person)
    rumour = keeping.add(workspace, author.person.actor, KeptRumour(text="Machines switched votes"))
    keeping.choose(workspace, author.person.actor, rumour.id, "votes-switched")
    (tmp_path / "note.txt").write_bytes(b"a note")
    take(
        workspace, author.person.actor, [str(tmp_path / "note.txt")], Origin("A note", "by post", author.person.created)
    )
    return author.person


def assess(workspace, person):
    """An assessment in which the person speaks for everybody."""
    for name, level, above in (("state", "state", ""), ("county", "local", "state"), ("vendor", "vendor", "")):
        runs = COMPONENTS if level == "local" else ()
        party = Party(id=name, name=name, level=level, parent=above, components=runs, people=[person.id])
        answers.put_party(workspace, person.actor, party)
    product = Product(vendor="vendor", name="Scanner", components=["capture"])
    answers.put_product(workspace, person.actor, product)
    answers.use(workspace, person.actor, "county", "capture", product.id)
    answers.answer(workspace, person.actor, "county", [answers.Given("county", "capture-01", "met")])


def known_ids(workspace):
    with workspace.read() as reader:
        return {name: [record.id for record in reader.page(kind, limit=5).items] for name, kind in KINDS.items()}


def signed_in(served, workspace, person):
    """Headers and cookie of a new session; the one before may have been ended by what was sent."""
    with workspace.write("", "account opened again") as writer:
        now = writer.get(Person, person.id)
        if not now.active or set(now.roles) != set(person.roles):
            writer.put(now.but(active=True, roles=person.roles))
    token = served.state.sessions.begin(person, "password")
    csrf = hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()
    return {"X-CSRF-Token": csrf, "Cookie": f"session={token}", "Origin": served.state.origin}


def explore(served, operation, headers, ids, statuses):
    """Send what hypothesis makes of one operation, with ids that exist half of the time."""

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy(), st.data())
    def send(sent, data):
        for name in sent.path_parameters or {}:
            before = operation.path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
            known = ids.get(name) or ids.get(before)
            if known and data.draw(st.booleans()):
                sent.path_parameters[name] = data.draw(st.sampled_from(known))
        whole = {**(sent.headers or {}), **headers}
        answer = sent.call(base_url=served.state.origin, headers=whole, allow_redirects=False)
        statuses.add(answer.status_code)
        check(sent, answer)

    send()


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_nothing_sent_makes_the_program_fail(served, workspace, case, accept):
    schema = schemathesis.openapi.from_dict(served.openapi())
    ids, statuses = known_ids(workspace), set()
    for result in schema.get_all_operations():
        headers = {**signed_in(served, workspace, case), "Accept": accept}
        explore(served, result.ok(), headers, ids, statuses)
    assert {200, 303, 404, 422} <= statuses
    assert workspace.check() == []


def check(sent, answer):
    sent.validate_response(answer, checks=CHECKS.get_by_names(["not_a_server_error", "status_code_conformance"]))
    assert b"Traceback" not in answer.content
    assert b'File "' not in answer.content
    assert "content-security-policy" in answer.headers
    assert {name.lower() for name in HEADERS} <= set(answer.headers)
    target = urlsplit(answer.headers.get("location", ["/"])[0])
    assert target.scheme == target.netloc == ""

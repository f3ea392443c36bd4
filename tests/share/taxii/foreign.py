"""Other people's TAXII servers, each in an environment of its own, named by a variable that holds its Python:

uv venv medallion && uv pip install --python medallion/bin/python medallion==3.0.0
uv venv opentaxii --python 3.11 && uv pip install --python opentaxii/bin/python opentaxii==0.9.3
TOCSIN_MEDALLION=medallion/bin/python TOCSIN_OPENTAXII=opentaxii/bin/python make test-all
"""

import json
import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx2

USER, PASSWORD = "partner", "a password of the test"
VARIABLES = {"medallion": "TOCSIN_MEDALLION", "opentaxii": "TOCSIN_OPENTAXII"}
WAIT_S = 60

OPENTAXII = """
import json, sys
from opentaxii.config import ServerConfig
from opentaxii.middleware import create_app
from opentaxii.server import TAXIIServer
json.JSONEncoder.default = lambda _, value: str(value)  # 0.9.3 gives json UUIDs, and answers 500 without this
server = TAXIIServer(ServerConfig())
app = create_app(server)
with app.app_context():
    api = server.servers.taxii2.persistence.api
    root = api.add_api_root(title="Root", description=None, default=True)
    for title in ("Inbox", "Other"):
        api.add_collection(api_root_id=root.id, title=title, description=None, alias=None,
                           is_public=False, is_public_write=False)
    server.auth.api.create_account(username="partner", password="a password of the test", is_admin=True)
app.run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
"""
OPENTAXII_CONFIG = """
domain: "127.0.0.1"
support_basic_auth: yes
auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters: {{db_connection: "sqlite:///{folder}/auth.db", create_tables: yes, secret: of-the-test}}
taxii1:
taxii2:
  title: "OpenTAXII"
  public_discovery: true
  max_content_length: 100000000
  allow_custom_properties: true
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters: {{db_connection: "sqlite:///{folder}/data.db", create_tables: yes}}
logging: {{root: error}}
"""


def python_of(name):
    """The Python that runs it, or "" where it is not installed."""
    return os.environ.get(VARIABLES[name], "")


def missing(name):
    return f"{VARIABLES[name]} does not name a Python with {name}: see {Path(__file__).name}"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def medallion_command(folder, port):
    def collection(title, read, write):
        return {"id": str(uuid4()), "title": title, "can_read": read, "can_write": write, "media_types": [],
                "manifest": [], "objects": []}  # fmt: skip

    url = f"http://127.0.0.1:{port}/root/"
    media = "application/taxii+json;version=2.1"
    data = {
        "/discovery": {"title": "medallion", "default": url, "api_roots": [url]},
        "root": {
            "information": {"title": "Root", "versions": [media], "max_content_length": 100_000_000},
            "status": [],
            "collections": [collection("Inbox", True, True), collection("Read", True, False),
                            collection("Write", False, True)],
        },
    }  # fmt: skip
    (folder / "data.json").write_text(json.dumps(data))
    backend = {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend"}
    config = {
        "backend": {**backend, "filename": str(folder / "data.json")},
        "users": {USER: PASSWORD},
        "taxii": {"max_page_size": 100},
    }
    (folder / "config.json").write_text(json.dumps(config))
    return [python_of("medallion"), "-m", "medallion.scripts.run", "--port", str(port), str(folder / "config.json")]


def opentaxii_command(folder, port):
    (folder / "config.yml").write_text(OPENTAXII_CONFIG.format(folder=folder))
    (folder / "run.py").write_text(OPENTAXII)
    return [python_of("opentaxii"), str(folder / "run.py"), str(port)]


COMMANDS = {"medallion": medallion_command, "opentaxii": opentaxii_command}


@contextmanager
def running(name, folder):
    """Run it on loopback; gives the address of discovery and the process."""
    port = free_port()
    environment = {**os.environ, "OPENTAXII_CONFIG": str(folder / "config.yml")}
    command = COMMANDS[name](folder, port)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}/taxii2/"
    try:
        wait_for(url, process, folder / "log")
        yield url, process
    finally:
        process.terminate()
        process.wait()


def wait_for(url, process, log):
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx2.get(url)
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} did not answer: {log.read_text()[-2000:]}")

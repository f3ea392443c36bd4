"""Mails, documents and pictures of real senders: every file is given as it stands, or set aside with a reason."""

import csv
import hashlib
from pathlib import Path

import pytest

from common import ROOT
from tocsin.model.mail import Message
from tocsin.model.paper import Paper
from tocsin.sources.papers import read_leak

DATA = ROOT.parent / "shared/data/content"
FOLDERS = ("dkim_mail", "pdf", "images", "c2pa")
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the content data are not beside the checkout")


def test_every_file_is_given_once_and_unchanged():
    folders = [DATA / name for name in FOLDERS]
    files = {str(path) for folder in folders for path in folder.rglob("*") if path.is_file()}
    found = list(read_leak(map(str, folders)))
    mails = {one.file: one.raw for one in found if isinstance(one, Message) and one.file in files}
    papers = {one.name: one for one in found if isinstance(one, Paper) and one.name in files}
    aside = {one.file: one.reason for one in found if not isinstance(one, Message | Paper)}
    assert mails.keys() | papers.keys() | aside.keys() >= files
    assert {Path(file).suffix for file in mails} == {".eml"}
    assert len(mails) == len(list((DATA / "dkim_mail").glob("*.eml")))
    for file, raw in mails.items():
        assert raw == Path(file).read_bytes()
    for file, paper in papers.items():
        assert paper.sha256 == hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert {Path(file).suffix for file in aside} <= {".pdf"}  # encrypted for somebody
    assert all("crypt" in reason for reason in aside.values()), aside


def test_pdfs_that_are_listed_are_read():
    with (DATA / "pdf/facts.tsv").open() as file:
        named = {row["file"].rpartition("/")[2] for row in csv.DictReader(file, delimiter="\t")}
    read = {Path(one.name).name for one in read_leak([str(DATA / "pdf")]) if isinstance(one, Paper)}
    assert len(named - read) <= 3, named - read

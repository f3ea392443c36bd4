"""What a scan of a donation register brings out: the report page, the leads as a table, the balance, the charts."""

from tocsin.share.money.leads import LEADS, leads
from tocsin.share.money.page import render
from tocsin.share.money.write import write_money_scan

__all__ = ["LEADS", "leads", "render", "write_money_scan"]

"""The public notebook of an audit: static pages, made from the published files alone, on which each step is told."""

from tocsin.inform.notebook.book import Book, read_book
from tocsin.inform.notebook.pages import write_pages
from tocsin.inform.notebook.sheets import SHEETS, write_sheets

__all__ = ["SHEETS", "Book", "read_book", "write_pages", "write_sheets"]

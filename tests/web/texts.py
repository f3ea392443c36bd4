"""Every text of the interface, found in the code as the extractors of Babel find it."""

import ast
from pathlib import Path

from babel.messages.extract import extract_from_dir

from tocsin import errors, web

FOLDER = Path(web.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}}
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}


def in_code():
    """Yield (file, line, text or pair of singular and plural)."""
    for file, line, text, *_ in extract_from_dir(FOLDER, METHODS, OPTIONS, KEYWORDS):
        yield file, line, text


def in_errors():
    """Yield (file, line, text) of the messages and hints of errors that are whole texts."""
    for path in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and hasattr(errors, getattr(node.func, "id", "")):
                given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "hint")]
                for part in given:
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value:
                        yield str(path.relative_to(FOLDER)), part.lineno, part.value


def every():
    """Each text once: to where it was found first."""
    found = {}
    for file, line, text in [*in_code(), *in_errors()]:
        found.setdefault(text, f"{file}:{line}")
    return found


def in_program():
    """Every string constant of the program."""
    files = FOLDER.parent.rglob("*.py")
    nodes = (node for path in files for node in ast.walk(ast.parse(path.read_text())))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}

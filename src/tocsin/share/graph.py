"""The accounts network as GEXF 1.3 and GraphML, written as a stream.

A node is an account that stands in a finding or has an edge. An edge is a pair of accounts with a notable row in
edges (`tables.notable`), over all layers and windows: `weight` sums over layers the distinct objects shared (at the
widest window of each), `q` is the smallest q-value of either question in any layer. Formats:
https://gexf.net/1.3/, http://graphml.graphdrawing.org/specification.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import pyarrow.compute as pc

from tocsin.model.finding import ScanSummary
from tocsin.share.base import Exporter, Scan
from tocsin.share.tables import notable
from tocsin.share.words import clean

_NODE_FIELDS = (("account", "string"), ("finding", "string"), ("standing", "string"), ("probability", "double"))
_EDGE_FIELDS = (("layers", "string"), ("weight", "double"), ("q", "double"))
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_Values = tuple[str | float | None, ...]


def pairs(edges: pa.Table) -> pa.Table:
    """One row a pair (a, b, layers, weight, q) from an EDGES table, sorted by a and b."""
    smallest = pc.min_element_wise(edges["q_synchrony"], edges["q_affinity"])
    flat = edges.select(["a", "b", "layer", "objects"]).append_column("q", smallest)
    by_layer = flat.group_by(["a", "b", "layer"], use_threads=False).aggregate([("objects", "max"), ("q", "min")])
    both = by_layer.sort_by([("a", "ascending"), ("b", "ascending"), ("layer", "ascending")])
    joined = both.group_by(["a", "b"], use_threads=False).aggregate(
        [("layer", "list"), ("objects_max", "sum"), ("q_min", "min")]
    )
    layers = pc.binary_join(joined["layer_list"], "; ")
    columns = [joined["a"], joined["b"], layers, joined["objects_max_sum"].cast(pa.float64()), joined["q_min_min"]]
    return pa.table(columns, names=["a", "b", "layers", "weight", "q"])


def nodes(summary: ScanSummary, edges: pa.Table) -> dict[str, _Values]:
    """Account -> (account, finding, standing, probability): of its findings, the one it most probably belongs to."""
    found: dict[str, _Values] = {}
    best: dict[str, float] = {}
    for finding in summary.findings:
        for member in finding.members:
            if member.probability > best.get(member.account, -1.0):
                best[member.account] = member.probability
                found[member.account] = (member.account, finding.id, finding.standing, member.probability)
    for side in ("a", "b"):
        for account in map(str, edges[side].unique().to_pylist()):
            found.setdefault(account, (account, None, None, None))
    return dict(sorted(found.items()))


def write_gexf(scan: Scan, stream: BinaryIO) -> None:
    """Write the network as GEXF 1.3."""
    date = scan.summary.made.date().isoformat()
    head = (
        f'<gexf xmlns="http://gexf.net/1.3" version="1.3">\n<meta lastmodifieddate="{date}">'
        f"<creator>{escape(clean(f'Tocsin {scan.summary.tocsin}'))}</creator>"
        "<description>Accounts that act together</description></meta>\n"
        '<graph defaultedgetype="undirected" mode="static">\n'
        f"{_gexf_fields('node', _NODE_FIELDS)}{_gexf_fields('edge', _EDGE_FIELDS)}"
    )
    _write(scan, stream, head, "</graph>\n</gexf>\n", _gexf_node, _gexf_edge, wrap=True)


def write_graphml(scan: Scan, stream: BinaryIO) -> None:
    """Write the network as GraphML 1.0."""
    head = (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns '
        'http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
        f"{_graphml_fields('node', _NODE_FIELDS)}{_graphml_fields('edge', _EDGE_FIELDS)}"
        '<graph edgedefault="undirected">\n'
    )
    _write(scan, stream, head, "</graph>\n</graphml>\n", _graphml_node, _graphml_edge, wrap=False)


def _write(
    scan: Scan,
    stream: BinaryIO,
    head: str,
    tail: str,
    node: Callable[[int, _Values], str],
    edge: Callable[[int, int, int, _Values], str],
    *,
    wrap: bool,
) -> None:
    """Write head, nodes, edges and tail. `wrap`: the format holds nodes and edges in elements of their own."""
    edges = notable(scan.edges)
    network = nodes(scan.summary, edges)
    number = {account: i for i, account in enumerate(network)}
    open_nodes, between, close = ("<nodes>\n", "</nodes>\n<edges>\n", "</edges>\n") if wrap else ("", "", "")
    _lines(stream, (_HEAD, head, open_nodes))
    _lines(stream, (node(i, values) for i, values in enumerate(network.values())))
    _lines(stream, (between,))
    rows = _rows(pairs(edges))
    _lines(stream, (edge(i, number[a], number[b], values) for i, (a, b, values) in enumerate(rows)))
    _lines(stream, (close, tail))


def _lines(stream: BinaryIO, lines: Iterable[str]) -> None:
    for line in lines:
        stream.write(line.encode())


def _rows(table: pa.Table) -> Iterator[tuple[str, str, _Values]]:
    for batch in table.to_batches(max_chunksize=16_384):
        for a, b, *values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield a, b, tuple(values)


def _gexf_fields(part: str, fields: tuple[tuple[str, str], ...]) -> str:
    # The weight of a GEXF edge is an attribute of the edge itself.
    listed = "".join(f'<attribute id="{n}" title="{n}" type="{t}"/>' for n, t in fields if n != "weight")
    return f'<attributes class="{part}">{listed}</attributes>\n'


def _gexf_values(fields: tuple[tuple[str, str], ...], values: _Values) -> str:
    listed = "".join(
        f'<attvalue for="{name}" value={_attribute(value)}/>'
        for (name, _), value in zip(fields, values, strict=True)
        if value is not None and name != "weight"
    )
    return f"<attvalues>{listed}</attvalues>" if listed else ""


def _gexf_node(i: int, values: _Values) -> str:
    return f'<node id="n{i}" label={_attribute(values[0])}>{_gexf_values(_NODE_FIELDS, values)}</node>\n'


def _gexf_edge(i: int, a: int, b: int, values: _Values) -> str:
    inner = _gexf_values(_EDGE_FIELDS, values)
    return f'<edge id="e{i}" source="n{a}" target="n{b}" weight="{values[1]}">{inner}</edge>\n'


def _graphml_fields(part: str, fields: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<key id="{n}" for="{part}" attr.name="{n}" attr.type="{t}"/>\n' for n, t in fields)


def _graphml_values(fields: tuple[tuple[str, str], ...], values: _Values) -> str:
    return "".join(
        f'<data key="{name}">{escape(clean(str(value)))}</data>'
        for (name, _), value in zip(fields, values, strict=True)
        if value is not None
    )


def _graphml_node(i: int, values: _Values) -> str:
    return f'<node id="n{i}">{_graphml_values(_NODE_FIELDS, values)}</node>\n'


def _graphml_edge(i: int, a: int, b: int, values: _Values) -> str:
    return f'<edge id="e{i}" source="n{a}" target="n{b}">{_graphml_values(_EDGE_FIELDS, values)}</edge>\n'


def _attribute(value: str | float | None) -> str:
    return quoteattr(clean(str(value)))


GEXF = Exporter("gexf", "application/gexf+xml", "network.gexf", write_gexf)
GRAPHML = Exporter("graphml", "application/graphml+xml", "network.graphml", write_graphml)

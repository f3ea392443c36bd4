import io

import build
import networkx as nx
import pytest

from tocsin.share import graph
from tocsin.share.base import Scan
from tocsin.share.words import clean


def written(write, scan):
    stream = io.BytesIO()
    write(scan, stream)
    stream.seek(0)
    return stream


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "hostile"])
def scan(request):
    return build.scan(3, hostile=request.param)


def expected(scan):
    """The network computed another way: pair -> (layers, weight, q)."""
    network = {}
    for edge in scan.edges.to_pylist():
        layers = network.setdefault((clean(edge["a"]), clean(edge["b"])), {})
        layers[clean(edge["layer"])] = max(layers.get(clean(edge["layer"]), 0), edge["objects"])
    return {pair: ("; ".join(sorted(layers)), float(sum(layers.values())), 1e-3) for pair, layers in network.items()}


def check(scan, network, name):
    standing = {
        clean(m.account): (clean(f.id), f.standing, m.probability) for f in scan.summary.findings for m in f.members
    }
    nodes = {
        data[name]: (data["finding"], data["standing"], data["probability"]) for _, data in network.nodes(data=True)
    }
    assert nodes == standing
    label = {node: data[name] for node, data in network.nodes(data=True)}
    edges = {
        tuple(sorted((label[a], label[b]))): (d["layers"], d["weight"], d["q"]) for a, b, d in network.edges(data=True)
    }
    assert edges == expected(scan)


def test_gexf_reads_back(scan):
    check(scan, nx.read_gexf(written(graph.write_gexf, scan), version="1.3"), "account")


def test_graphml_reads_back(scan):
    check(scan, nx.read_graphml(written(graph.write_graphml, scan)), "account")


def test_an_empty_network_is_valid():
    scan = build.scan(0)
    assert len(nx.read_gexf(written(graph.write_gexf, scan), version="1.3")) == 0
    assert len(nx.read_graphml(written(graph.write_graphml, scan))) == 0


def test_the_weight_takes_the_widest_window_once_and_the_smallest_q():
    scan = build.scan(1)
    one = scan.edges.slice(0, 1).to_pylist()[0]
    rows = [
        {**one, "window_s": 10.0, "objects": 2, "q_synchrony": 0.4},
        {**one, "window_s": 60.0, "objects": 5, "q_synchrony": None, "q_affinity": 0.01},
        {**one, "layer": "domain", "objects": 3, "q_synchrony": None},
    ]
    pairs = graph.pairs(type(scan.edges).from_pylist(rows, schema=scan.edges.schema)).to_pylist()
    assert pairs == [{"a": one["a"], "b": one["b"], "layers": f"domain; {one['layer']}", "weight": 8.0, "q": 0.01}]


def test_an_account_of_an_edge_that_is_in_no_finding_is_a_node():
    scan = build.scan(1)
    bare = Scan(scan.summary.model_copy(update={"findings": ()}), scan.edges, scan.evidence)
    network = nx.read_graphml(written(graph.write_graphml, bare))
    assert len(network) == 12
    assert not any("finding" in data for _, data in network.nodes(data=True))

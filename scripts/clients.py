"""Python's SPARQL clients against the service at YUTU_URL; called by clients.sh."""

import os

from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

URL = os.environ["YUTU_URL"]


def wrapper():
    ask = SPARQLWrapper(URL + "/sparql", URL + "/update")
    ask.setQuery("SELECT ?o { GRAPH <urn:g> { ?s ?p ?o } }")
    ask.setReturnFormat(JSON)
    assert len(ask.queryAndConvert()["results"]["bindings"]) == 2
    ask.setReturnFormat(XML)
    assert len(ask.queryAndConvert().getElementsByTagName("result")) == 2
    ask.setReturnFormat(CSV)
    assert len(ask.queryAndConvert().splitlines()) == 3
    ask.setQuery("CONSTRUCT { ?s ?p ?o } { GRAPH <urn:g> { ?s ?p ?o } }")
    ask.setReturnFormat(TURTLE)
    assert "武清" in ask.queryAndConvert().decode()
    ask.setMethod(POST)
    ask.setQuery("INSERT DATA { <urn:b> <urn:p> 1 }")
    assert ask.query().response.status == 204
    ask.setQuery("ASK { <urn:b> <urn:p> 1 }")
    ask.setReturnFormat(JSON)
    assert ask.queryAndConvert()["boolean"] is True
    print("SPARQLWrapper: passed")


def rdflib_stores():
    for method in ("GET", "POST"):
        graph = Graph(SPARQLStore(URL + "/sparql", method=method))
        rows = list(graph.query("SELECT ?o { GRAPH <urn:g> { ?s ?p ?o } }"))
        assert {str(row.o) for row in rows} == {"武清", "2"}, rows
        assert graph.query("ASK { GRAPH <urn:g> { ?s ?p 2 } }").askAnswer is True
    store = SPARQLUpdateStore(URL + "/sparql", URL + "/update", method="POST")
    graph = Graph(store, identifier=URIRef("urn:h"))
    graph.add((URIRef("urn:s"), URIRef("urn:p"), Literal("x")))
    assert len(list(graph)) == 1
    graph.remove((URIRef("urn:s"), None, None))
    assert len(list(graph)) == 0
    print("rdflib: passed")


wrapper()
rdflib_stores()

"""Helper of bench_serve.sh: the named queries as a script for wrk; and the query bomb.

bench_serve.py FILE.lua YUTU    writes the script
bench_serve.py --bomb URL       sends the bomb and asks small questions meanwhile
"""

import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"

# Named queries with values that the made-up articles have; each is what `yutu query --show` would run.
SAMPLES = [
    "SELECT ?name { ?p a yutu:Park ; rdfs:label ?name } LIMIT 50",
    "SELECT DISTINCT ?park ?name { ?r rdfs:label \"武清区\" . ?park a yutu:Park ; yutu:locatedIn ?r ; rdfs:label ?name } LIMIT 100",
    "SELECT ?subject ?object ?quote ?title { ?claim a yutu:Claim ; rdf:subject ?s ; rdf:object ?o ; rdf:predicate yutu:attracts ; yutu:evidence/oa:exact ?quote ; prov:wasDerivedFrom ?article . ?s rdfs:label ?subject . ?o rdfs:label ?object . ?article dcterms:title ?title } LIMIT 50",
    "SELECT ?name ?indicator ?value ?unit { ?f a yutu:Observation ; yutu:subject ?s ; yutu:indicator ?indicator ; yutu:value ?value ; yutu:unit ?unit . ?s rdfs:label ?name } LIMIT 100",
    "SELECT ?b (COUNT(DISTINCT ?article) AS ?n) { ?a rdfs:label \"武清区发展改革委\" . ?article yutu:mentions ?a, ?b . FILTER(?a != ?b) } GROUP BY ?b ORDER BY DESC(?n) LIMIT 10",
    "SELECT ?p ?o { <https://yutu.example/id/Region/武清区> ?p ?o } LIMIT 200",
    "ASK { ?s yutu:attracts ?o . ?s yutu:locatedIn ?r }",
    "SELECT ?type (COUNT(?x) AS ?n) { VALUES ?type { yutu:Region yutu:Industry } ?x a ?type } GROUP BY ?type",
]

PREFIXES = """PREFIX yutu: <https://yutu.example/ns#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX oa: <http://www.w3.org/ns/oa#>
"""


def write_lua(path, yutu):
    queries = [urllib.parse.quote(PREFIXES + sample, safe="") for sample in SAMPLES]
    with open(path, "w", encoding="utf-8") as file:
        file.write("local queries = {\n")
        file.writelines(f"  {json.dumps(query)},\n" for query in queries)
        file.write(
            "}\nlocal path = os.getenv('BENCH_PATH')\nlocal at = 0\n"
            "function request()\n  at = at % #queries + 1\n"
            "  return wrk.format('GET', path .. '?query=' .. queries[at], { ['Accept'] = 'application/sparql-results+json' })\nend\n"
        )


def ask(url, query, timeout=30):
    request = urllib.request.Request(f"{url}/sparql?query={urllib.parse.quote(query)}", headers={"Accept": "text/csv"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def running(url):
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("yutu_queries_running "):
                return int(line.split()[1])
    return -1


def bomb(url):
    result = {}

    def send():
        started = time.time()
        result["status"] = ask(url, BOMB)
        result["answered"] = time.time() - started
        while running(url) > 0 and time.time() - started < 60:
            time.sleep(0.01)
        result["stopped"] = time.time() - started

    thread = threading.Thread(target=send)
    thread.start()
    times = []
    while thread.is_alive():
        started = time.time()
        status = ask(url, PREFIXES + SAMPLES[5])
        if status == 200:
            times.append(time.time() - started)
        time.sleep(0.05)
    thread.join()
    times.sort()
    print(f"  answered {result['status']} after {result['answered']:.2f} s, evaluation ended after {result['stopped']:.2f} s")
    print(f"  meanwhile {len(times)} other queries answered, slowest {max(times, default=0):.3f} s")


if sys.argv[1] == "--bomb":
    bomb(sys.argv[2])
else:
    write_lua(sys.argv[1], sys.argv[2])

"""Helper of bench_serve.sh: the named queries as requests, their replay, and the query bomb.

bench_serve.py --prepare URL YUTU FOLDER       writes the named queries, with values that the store at URL has (queries.json, queries.lua), and small.lua
bench_serve.py --replay NAME URL FOLDER N C    sends each query N times over C connections; prints and keeps times in FOLDER/NAME.json
bench_serve.py --compare FOLDER                ratios of what was kept
bench_serve.py --bomb URL                      sends the bomb and asks small questions meanwhile
"""

import http.client
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SMALL = "SELECT ?name { ?p a yutu:Park ; rdfs:label ?name } LIMIT 50"

PREFIXES = """PREFIX yutu: <https://yutu.example/ns#>
PREFIX id: <https://yutu.example/id/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX oa: <http://www.w3.org/ns/oa#>
"""

# What stands for an entity of any type.
ANY = ["Region", "Park", "Company"]


def rows(url, query):
    request = urllib.request.Request(
        f"{url}/sparql", PREFIXES.encode() + query.encode(), {"Accept": "application/json", "Content-Type": "application/sparql-query"}
    )
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)["results"]["bindings"]


class Values:
    """Values for parameters that the made-up store has: the entities that most articles name."""

    def __init__(self, url):
        self.url = url
        self.known = {}

    def entity(self, kinds, number):
        kinds = kinds or ANY
        kind = kinds[number % len(kinds)]
        if kind not in self.known:
            query = f"SELECT ?x (COUNT(?a) AS ?n) {{ ?x a yutu:{kind} . ?a yutu:mentions ?x }} GROUP BY ?x ORDER BY DESC(?n) LIMIT 3"
            self.known[kind] = [row["x"]["value"] for row in rows(self.url, query)] or ["urn:none"]
        found = self.known[kind]
        return f"<{found[number % len(found)]}>"

    def of(self, parameter, number):
        kind, default = parameter["type"], parameter["default"]
        if default == "*":
            return "UNDEF"
        if kind == "type":
            return "yutu:Park"
        if kind == "predicate":
            return "yutu:attracts"
        if kind == "date":
            return f'"{default or "2025-06-01"}"^^xsd:date'
        if kind == "decimal":
            return f'"{default}"^^xsd:decimal'
        if kind == "integer":
            return default
        if kind == "text":
            return '"到位资金"'
        if kind == "article":
            return "<" + rows(self.url, "SELECT ?a { ?a a yutu:Article } LIMIT 1")[0]["a"]["value"] + ">"
        return self.entity([] if kind == "entity" else kind.split("|"), number)


def is_quick(url, sparql, limit):
    """Whether a query is answered in time; when the client goes away, its evaluation stops."""
    request = urllib.request.Request(f"{url}/sparql", sparql.encode(), {"Content-Type": "application/sparql-query"})
    try:
        started = time.perf_counter()
        with urllib.request.urlopen(request, timeout=limit) as answer:
            while answer.read(1 << 20):
                if time.perf_counter() - started > limit:
                    return False
        return time.perf_counter() - started <= limit
    except (TimeoutError, urllib.error.HTTPError):
        # Too long for the reader, or for the service: a limit of its own, told by a status.
        return False


def small(values):
    """Queries that take some milliseconds."""
    region, park = values.entity(["Region"], 0), values.entity(["Park"], 1)
    return [
        SMALL,
        f"SELECT ?p ?o {{ {region} ?p ?o }} LIMIT 200",
        f"SELECT ?claim ?quote {{ ?claim rdf:subject {park} ; yutu:evidence/oa:exact ?quote }} LIMIT 50",
        "ASK { ?s yutu:attracts ?o . ?s yutu:locatedIn ?r }",
    ]


def write_lua(path, queries):
    encoded = [urllib.parse.quote(query, safe="") for query in queries]
    with open(path, "w", encoding="utf-8") as file:
        file.write("local queries = {\n")
        file.writelines(f"  {json.dumps(query)},\n" for query in encoded)
        file.write(
            "}\nlocal path = os.getenv('BENCH_PATH')\nlocal at = 0\n"
            "function request()\n  at = at % #queries + 1\n"
            "  return wrk.format('GET', path .. '?query=' .. queries[at], { ['Accept'] = 'application/sparql-results+json, text/turtle;q=0.9' })\nend\n"
        )


def prepare(url, yutu, folder):
    catalog = json.loads(subprocess.run([yutu, "query", "--list", "--format", "json"], check=True, capture_output=True).stdout)
    values, queries = Values(url), []
    for query in catalog:
        text = query["sparql"]
        for number, parameter in enumerate(query["parameters"]):
            value = values.of(parameter, number)
            text = re.sub(rf"\${parameter['name'].replace('-', '_')}\b", lambda _: value, text)
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        queries.append({"name": query["name"], "sparql": PREFIXES + "\n".join(lines)})
    # In made-up data everything hangs together, and some questions take minutes: on both sides, as their evaluator is the same.
    limit = float(os.environ.get("LONGEST_S", "5"))
    slow = [query["name"] for query in queries if not is_quick(url, query["sparql"], limit)]
    queries = [query for query in queries if query["name"] not in slow]
    (folder / "queries.json").write_text(json.dumps(queries, ensure_ascii=False), encoding="utf-8")
    write_lua(folder / "queries.lua", [query["sparql"] for query in queries])
    write_lua(folder / "small.lua", [PREFIXES + query for query in small(values)])
    print(f"{len(queries)} named queries; left out because they take more than {limit:g} s here: {', '.join(slow) or 'none'}")


def replay(name, url, queries, times, connections):
    """Each query so many times, in an order that is the same for everybody; a connection takes the next one when it is done."""
    work = list(queries) * times
    random.Random(7).shuffle(work)
    parts = urllib.parse.urlsplit(url)
    lock, taken, seen, failed = threading.Lock(), [0], [], []

    def run():
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=600)
        while True:
            with lock:
                if taken[0] >= len(work):
                    return
                query = work[taken[0]]
                taken[0] += 1
            path = f"{parts.path}?query={urllib.parse.quote(query['sparql'], safe='')}"
            started = time.perf_counter()
            try:
                connection.request("GET", path, headers={"Accept": "application/sparql-results+json, text/turtle;q=0.9"})
                answer = connection.getresponse()
                body = answer.read()
                took = time.perf_counter() - started
                with lock:
                    (seen if answer.status == 200 else failed).append((query["name"], took, len(body)))
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                with lock:
                    failed.append((query["name"], time.perf_counter() - started, str(error)))

    threads = [threading.Thread(target=run) for _ in range(connections)]
    started = time.perf_counter()
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return {"target": name, "seconds": time.perf_counter() - started, "seen": seen, "failed": failed}


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))] if values else float("nan")


def told(result):
    times = [took for _, took, _ in result["seen"]]
    rate = len(times) / result["seconds"]
    print(
        f"  {result['target']}: {rate:.2f} requests/s, p50 {percentile(times, 0.5) * 1000:.1f} ms, p99 {percentile(times, 0.99) * 1000:.1f} ms, failed {len(result['failed'])}",
        flush=True,
    )


def compare(folder):
    kept = {}
    for file in sorted(folder.glob("replay-*.json")):
        result = json.loads(file.read_text(encoding="utf-8"))
        kept.setdefault(result["target"], []).append(result)
    sums = {}
    for target, results in kept.items():
        times = [took for result in results for _, took, _ in result["seen"]]
        sums[target] = (len(times) / sum(result["seconds"] for result in results), percentile(times, 0.99))
    ours, theirs = sums["yutu"], sums["oxigraph"]
    print(f"without cache: throughput ratio {ours[0] / theirs[0]:.2f}, p99 ratio {ours[1] / theirs[1]:.2f}")
    by_query = {}
    for target, results in kept.items():
        for result in results:
            for name, took, size in result["seen"]:
                by_query.setdefault(name, {}).setdefault(target, []).append((took, size))
    slower = []
    for name, both in by_query.items():
        if {"yutu", "oxigraph"} <= both.keys():
            mine, other = (percentile([took for took, _ in both[target]], 0.5) for target in ("yutu", "oxigraph"))
            slower.append((mine / other, name, mine, other))
    for ratio, name, mine, other in sorted(slower, reverse=True):
        print(f"  {name}: median {mine * 1000:.1f} ms, oxigraph {other * 1000:.1f} ms, ratio {ratio:.2f}")


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
        if ask(url, PREFIXES + SMALL) == 200:
            times.append(time.time() - started)
        time.sleep(0.05)
    thread.join()
    print(f"  answered {result['status']} after {result['answered']:.2f} s, evaluation ended after {result['stopped']:.2f} s")
    print(f"  meanwhile {len(times)} other queries answered, slowest {max(times, default=0):.3f} s")


def main():
    match sys.argv[1:]:
        case ["--prepare", url, yutu, folder]:
            prepare(url, yutu, pathlib.Path(folder))
        case ["--replay", name, url, folder, times, connections]:
            folder = pathlib.Path(folder)
            queries = json.loads((folder / "queries.json").read_text(encoding="utf-8"))
            result = replay(name, url, queries, int(times), int(connections))
            told(result)
            (folder / f"replay-{name}-{time.time_ns()}.json").write_text(json.dumps(result), encoding="utf-8")
        case ["--compare", folder]:
            compare(pathlib.Path(folder))
        case ["--bomb", url]:
            bomb(url)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()

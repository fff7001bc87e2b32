#!/bin/sh
# Real clients against a running `yutu serve`: curl, Python's SPARQLWrapper and rdflib, Comunica's fetch-sparql-endpoint (npm).
# What cannot be installed, for want of a network, is skipped with a notice. Usage: scripts/clients.sh [target/release/yutu]
set -eu
cd "$(dirname "$0")/.."
yutu=$(realpath "${1:-target/release/yutu}")
work=$(mktemp -d)
"$yutu" serve --in-memory --bind 127.0.0.1:0 --lang en 2>"$work/log" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    grep -q http:// "$work/log" && break
    sleep 0.1
done
url=$(sed -n 's/.*\(http:\/\/[^/]*\).*/\1/p' "$work/log" | head -1)

curl -sSf -X PUT -H 'Content-Type: text/turtle' --data-binary '<urn:a> <urn:p> "武清", 2 .' "$url/graphs?graph=urn:g"
rows=$(curl -sSf --compressed -H 'Accept: text/csv' --data-urlencode 'query=SELECT ?o { GRAPH ?g { ?s ?p ?o } }' "$url/sparql" | wc -l)
[ "$rows" -eq 3 ] || { echo "curl: $rows lines instead of 3"; exit 1; }
echo "curl: passed"

if python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet SPARQLWrapper rdflib 2>/dev/null; then
    YUTU_URL=$url "$work/venv/bin/python" scripts/clients.py
else
    echo "SPARQLWrapper, rdflib: skipped, they cannot be installed"
fi

if command -v npm >/dev/null && (cd "$work" && npm install --silent --no-audit --no-fund fetch-sparql-endpoint >/dev/null 2>&1); then
    cat >"$work/client.mjs" <<'JS'
import { SparqlEndpointFetcher } from "fetch-sparql-endpoint";
const fetcher = new SparqlEndpointFetcher();
const endpoint = `${process.argv[2]}/sparql`;
const rows = await (await fetcher.fetchBindings(endpoint, "SELECT ?o { GRAPH <urn:g> { ?s ?p ?o } }")).toArray();
if (rows.length !== 2) throw new Error(`${rows.length} rows instead of 2`);
if ((await fetcher.fetchAsk(endpoint, "ASK { GRAPH <urn:g> { ?s ?p 2 } }")) !== true) throw new Error("ASK gave false");
const triples = await (await fetcher.fetchTriples(endpoint, "CONSTRUCT { ?s ?p ?o } { GRAPH <urn:g> { ?s ?p ?o } }")).toArray();
if (triples.length !== 2) throw new Error(`${triples.length} triples instead of 2`);
await fetcher.fetchUpdate(endpoint, "INSERT DATA { <urn:c> <urn:p> 3 }");
if ((await fetcher.fetchAsk(endpoint, "ASK { <urn:c> <urn:p> 3 }")) !== true) throw new Error("the update was not done");
console.log("fetch-sparql-endpoint: passed");
JS
    (cd "$work" && node client.mjs "$url")
else
    echo "fetch-sparql-endpoint: skipped, it cannot be installed"
fi

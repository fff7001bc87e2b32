#!/bin/sh
# The service beside the public `oxigraph serve` (PyPI package `oxigraph`) on the same data, at least 5 million quads of made-up articles:
# 1. the named queries that take no longer than LONGEST_S (5) seconds replayed in alternating runs, without cache: throughput and p99, their ratios, and the ratio query by query;
# 2. the same queries again and again with wrk: ours from the cache, theirs as ever: the ratio of repeats;
# 3. 50 busy connections beside 200 idle ones; 4. a query bomb, which has to stop within a second of its limit while others are answered.
# ARTICLES (6000: about 5 million quads), ROUNDS (3), TIMES a query and run (2), CONNECTIONS (4), SECONDS_A_RUN of wrk (10) change it; WORK is a folder to
# keep the stores in, OXIGRAPH the program to compare with. wrk has to be installed (apt install wrk).
set -eu
cd "$(dirname "$0")/.."
articles=${ARTICLES:-6000}
rounds=${ROUNDS:-3}
times=${TIMES:-2}
connections=${CONNECTIONS:-4}
seconds=${SECONDS_A_RUN:-10}
command -v wrk >/dev/null || { echo "wrk is not installed; apt install wrk"; exit 1; }
[ -n "${NO_BUILD:-}" ] || cargo build --release --quiet --bin yutu --example fill_store ${CARGO_ARGS:-}
yutu=${YUTU:-target/release/yutu}
work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
stop() { # NAME: ends a server that was started here
    [ -f "$work/$1.pid" ] || return 0
    kill "$(cat "$work/$1.pid")" 2>/dev/null || true
    rm -f "$work/$1.pid"
}
trap 'for name in plain cached short oxigraph; do stop $name; done; [ -n "${WORK:-}" ] || rm -rf "$work"' EXIT
oxigraph=${OXIGRAPH:-}
if [ -z "$oxigraph" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet oxigraph
    oxigraph=$work/venv/bin/oxigraph
fi
[ -d "$work/ours" ] || target/release/examples/fill_store "$articles" "$work/ours"
if [ ! -d "$work/theirs" ]; then
    "$yutu" --quiet dump --store "$work/ours" -o "$work/data.nq"
    # Oxigraph's default graph is its own: it gets the same union as triples, beside the graphs.
    "$yutu" --quiet dump --store "$work/ours" --format nt -o "$work/data.nt"
    "$oxigraph" load --location "$work/theirs" --file "$work/data.nq" --file "$work/data.nt" >/dev/null 2>&1
    quads=$(cat "$work/data.nq" "$work/data.nt" | wc -l)
    rm -f "$work/data.nq" "$work/data.nt"
    echo "$quads" >"$work/quads"
fi
serve_ours() { # NAME PORT OPTIONS…
    name=$1 port=$2
    shift 2
    "$yutu" serve --store "$work/ours" --bind "127.0.0.1:$port" --no-search "$@" 2>"$work/$name.log" &
    echo $! >"$work/$name.pid"
    until curl -sf "http://127.0.0.1:$port/readyz" >/dev/null; do sleep 0.1; done
}
busy() { # PORT PATH CONNECTIONS SCRIPT
    BENCH_PATH=$2 wrk -t2 -c"$3" -d"${seconds}s" --timeout 60s --latency -s "$work/$4" "http://127.0.0.1:$1" |
        awk '/99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $NF } /Socket errors/ { bad += $4 + $6 + $8 + $10 } END { printf "%s %s %s\n", rate, p99, bad + 0 }'
}
echo "$("$yutu" --version), $("$oxigraph" --version), $(nproc) processors, load $(cut -d' ' -f1-3 /proc/loadavg)"
# Limits that no named query meets, as the other side has none.
serve_ours plain 17878 --cache-mib 0 --timeout-s 600 --query-memory-mib 4096 --memory-mib 8192
"$oxigraph" serve-read-only --location "$work/theirs" --bind 127.0.0.1:17881 >/dev/null 2>&1 &
echo $! >"$work/oxigraph.pid"
until curl -s "http://127.0.0.1:17881/" >/dev/null; do sleep 0.1; done
echo "$(cat "$work/quads" 2>/dev/null || echo unknown) quads, the union counted beside the graphs; $("$yutu" stats --store "$work/ours" --format json | tr -d ' \n' | grep -o '"triples":[0-9]*')"
python3 scripts/bench_serve.py --prepare http://127.0.0.1:17878 "$yutu" "$work"
rm -f "$work"/replay-*.json
echo "replay without cache, $rounds rounds of $times times each query over $connections connections:"
for round in $(seq "$rounds"); do
    python3 scripts/bench_serve.py --replay yutu http://127.0.0.1:17878/sparql "$work" "$times" "$connections"
    python3 scripts/bench_serve.py --replay oxigraph http://127.0.0.1:17881/query "$work" "$times" "$connections"
done
python3 scripts/bench_serve.py --compare "$work"
echo "200 idle and 50 busy connections with small queries, $seconds s:"
python3 - "$seconds" <<'PY' &
import socket, sys, time
held = [socket.create_connection(("127.0.0.1", 17878)) for _ in range(200)]
time.sleep(int(sys.argv[1]) + 4)
alive = 0
for s in held:
    s.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    alive += s.recv(100).startswith(b"HTTP/1.1 200")
print(f"  {alive} of 200 idle connections answer afterwards")
PY
idle=$!
sleep 1
echo "  busy: $(busy 17878 /sparql 50 small.lua) (requests/s, p99, failed)"
wait $idle
stop plain
echo "repeats:"
serve_ours cached 17879 --cache-mib 512 --timeout-s 600 --query-memory-mib 4096 --memory-mib 8192
# Once for each, so that all are there.
python3 scripts/bench_serve.py --replay warm http://127.0.0.1:17879/sparql "$work" 1 1 >/dev/null
for round in $(seq "$rounds"); do
    for target in "yutu 17879 /sparql" "oxigraph 17881 /query"; do
        set -- $target
        echo "  round $round $1: $(busy "$2" "$3" 8 queries.lua) (requests/s, p99, failed)"
    done
done | tee "$work/repeats"
awk '{ gsub(/:/, "", $3); sum[$3] += $4 } END { printf "  ratio of repeats %.1f\n", sum["yutu"] / sum["oxigraph"] }' "$work/repeats"
stop cached
stop oxigraph
echo "a query bomb, limit 2 s, while others ask:"
# Room enough, so that it is its time that stops it.
serve_ours short 17880 --cache-mib 0 --timeout-s 2 --query-memory-mib 16384 --memory-mib 16384
python3 scripts/bench_serve.py --bomb http://127.0.0.1:17880

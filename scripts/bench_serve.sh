#!/bin/sh
# Replays the named queries with wrk against `yutu serve` and against the public `oxigraph serve` (PyPI package `oxigraph`) on the same data, in
# alternating runs, and prints throughput and p99. Then: the same with the cache, 200 idle and 50 busy connections, and a query bomb.
# ARTICLES (6000: about 5 million quads), SECONDS_A_RUN, ROUNDS, THREADS, CONNECTIONS change it. wrk has to be installed (apt install wrk).
set -eu
cd "$(dirname "$0")/.."
articles=${ARTICLES:-6000}
seconds=${SECONDS_A_RUN:-10}
rounds=${ROUNDS:-3}
threads=${THREADS:-2}
connections=${CONNECTIONS:-8}
command -v wrk >/dev/null || { echo "wrk is not installed; apt install wrk"; exit 1; }
[ -n "${NO_BUILD:-}" ] || cargo build --release --quiet --bin yutu --example fill_store ${CARGO_ARGS:-}
work=${WORK:-$(mktemp -d)}
mkdir -p "$work"
trap 'kill $(cat "$work"/*.pid) 2>/dev/null || true; [ -n "${WORK:-}" ] || rm -rf "$work"' EXIT
oxigraph=${OXIGRAPH:-}
if [ -z "$oxigraph" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet oxigraph
    oxigraph=$work/venv/bin/oxigraph
fi
[ -d "$work/ours" ] || target/release/examples/fill_store "$articles" "$work/ours"
if [ ! -d "$work/theirs" ]; then
    target/release/yutu --quiet dump --store "$work/ours" -o "$work/data.nq"
    # Oxigraph's default graph is its own: it gets the same union as triples, beside the graphs.
    target/release/yutu --quiet dump --store "$work/ours" --format nt -o "$work/data.nt"
    "$oxigraph" load --location "$work/theirs" --file "$work/data.nq" --file "$work/data.nt" >/dev/null 2>&1
fi
serve_ours() { # NAME PORT OPTIONS…
    name=$1 port=$2
    shift 2
    target/release/yutu serve --store "$work/ours" --bind "127.0.0.1:$port" --no-search "$@" 2>"$work/$name.log" &
    echo $! >"$work/$name.pid"
}
serve_ours plain 17878 --cache-mib 0
serve_ours cached 17879 --cache-mib 256
serve_ours short 17880 --cache-mib 0 --timeout-s 2
"$oxigraph" serve-read-only --location "$work/theirs" --bind 127.0.0.1:17881 >/dev/null 2>&1 &
echo $! >"$work/oxigraph.pid"
for port in 17878 17879 17880; do
    until curl -sf "http://127.0.0.1:$port/readyz" >/dev/null; do sleep 0.1; done
done
until curl -s "http://127.0.0.1:17881/" >/dev/null; do sleep 0.1; done
python3 scripts/bench_serve.py "$work/queries.lua" target/release/yutu
run() { # PORT PATH
    BENCH_PATH=$2 wrk -t"$threads" -c"$connections" -d"${seconds}s" --latency -s "$work/queries.lua" "http://127.0.0.1:$1" |
        awk '/99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $NF } END { printf "%s %s %s\n", rate, p99, bad + 0 }'
}
echo "$(target/release/yutu stats --store "$work/ours" --format json | tr -d ' \n' | grep -o '"triples":[0-9]*'), $rounds rounds of $seconds s, $connections connections"
for round in $(seq "$rounds"); do
    for target in "yutu 17878 /sparql" "oxigraph 17881 /query" "yutu,cached 17879 /sparql"; do
        set -- $target
        echo "round $round $1: $(run "$2" "$3") (requests/s, p99, failed)"
    done
done
echo "200 idle and 50 busy connections:"
python3 - <<'PY' &
import socket, time
held = [socket.create_connection(("127.0.0.1", 17878)) for _ in range(200)]
time.sleep(14)
alive = 0
for s in held:
    s.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    alive += s.recv(100).startswith(b"HTTP/1.1 200")
print(f"  {alive} of 200 idle connections answer")
PY
idle=$!
sleep 1
seconds=10 connections=50
echo "  busy: $(run 17878 /sparql) (requests/s, p99, failed)"
wait $idle
echo "a query bomb, limit 2 s, while others ask:"
python3 scripts/bench_serve.py --bomb http://127.0.0.1:17880

#!/bin/sh
# Loads the same N-Quads by `yutu load` and by the public `oxigraph load` (PyPI package `oxigraph`), in turn, and prints the ratio.
# Usage: scripts/bench_load.sh [FILE.nq]     Without a file, quads of made-up articles are used (ARTICLES=400).
# OXIGRAPH names the other binary; without it the package is installed into a folder of its own.
set -eu
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --release --quiet --bin yutu --example fill_store ${CARGO_ARGS:-}
file=${1:-$work/quads.nq}
[ $# -gt 0 ] || target/release/examples/fill_store "${ARTICLES:-400}" --nquads >"$file"
oxigraph=${OXIGRAPH:-}
if [ -z "$oxigraph" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet oxigraph
    oxigraph=$work/venv/bin/oxigraph
fi
quads=$(wc -l <"$file")
now() { date +%s.%N; }
ours=0 theirs=0
echo "$quads quads, $rounds rounds, $("$oxigraph" --version)"
for round in $(seq "$rounds"); do
    start=$(now)
    target/release/yutu --quiet load --store "$work/ours" "$file"
    middle=$(now)
    "$oxigraph" load --location "$work/theirs" --file "$file" >/dev/null 2>&1
    end=$(now)
    echo "$round $start $middle $end" | awk '{printf "round %d: yutu %.2f s, oxigraph %.2f s\n", $1, $3 - $2, $4 - $3}'
    ours=$(echo "$ours $start $middle" | awk '{printf "%.9f", $1 + $3 - $2}')
    theirs=$(echo "$theirs $middle $end" | awk '{printf "%.9f", $1 + $3 - $2}')
    rm -rf "$work/ours" "$work/theirs"
done
echo "$quads $rounds $ours $theirs" | awk '{
    printf "yutu %.0f quads/s, oxigraph %.0f quads/s, ratio %.2f\n", $1 * $2 / $3, $1 * $2 / $4, $4 / $3
}'

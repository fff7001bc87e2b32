#!/bin/sh
# Prints the most memory that filling a store with made-up articles takes, at several sizes; it must not grow with the number.
# Usage: scripts/bench_memory.sh [SIZES…]      (default: 200 1000 2000)
set -eu
cd "$(dirname "$0")/.."
cargo build --release --quiet --example fill_store ${CARGO_ARGS:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for size in "${@:-}"; do
    [ -n "$size" ] || continue
    sizes="${sizes:-} $size"
done
for size in ${sizes:-200 1000 2000}; do
    target/release/examples/fill_store "$size" "$folder/$size"
    du -sh "$folder/$size" | awk '{print "    store on disk: " $1}'
    rm -rf "${folder:?}/$size"
done

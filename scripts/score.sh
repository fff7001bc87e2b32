#!/usr/bin/env bash
# Scores the program's reading of annotated articles by the guidelines' own score.py:
#   ../shared/gold/seeds    ten real articles, annotated twice; never trained on
#   data/corpus             the articles of the writers j and s (the dev split), where they are there. The models that the program brings
#                           have been trained on these too: the figures only show that they still read what they learnt.
# Usage: scripts/score.sh [OPTIONS OF score.py, e.g. --by-type]     SHARED names another folder than ../shared.
# Where the folder is missing it says so; in CI (CI=true) that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${SHARED:-../shared}
yutu=${CARGO_TARGET_DIR:-target}/release/yutu
[ -x "$yutu" ] || { echo "scripts/score.sh: no $yutu; run \`make build\` first" >&2; exit 1; }
if [ ! -f "$shared/gold/score.py" ]; then
    echo "scripts/score.sh: no gold in $shared/gold: nothing is scored (SHARED=DIR names another folder)" >&2
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi
command -v python3 >/dev/null || { echo "scripts/score.sh: python3 is needed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# score TITLE GOLD_DIR: reads the gold's own texts.
score() {
    local title=$1 gold=$2
    shift 2
    echo
    echo "== $title"
    "$yutu" --quiet extract --format jsonl "$gold"/*.txt >"$work/read.jsonl"
    python3 "$shared/gold/score.py" "$@" "$gold" "$work/read.jsonl"
}

score "seeds: ten real articles" "$shared/gold/seeds" "$@"

mkdir "$work/dev"
for text in data/corpus/[js][0-9]*.txt; do
    [ -f "${text%.txt}.json" ] || continue
    cp "$text" "${text%.txt}.json" "$work/dev/"
done
if compgen -G "$work/dev/*.json" >/dev/null; then
    score "dev: articles of the writers j and s, on which the built-in models have been trained: no measure of quality" "$work/dev" "$@"
else
    echo
    echo "dev: no articles of the writers j and s in data/corpus"
fi

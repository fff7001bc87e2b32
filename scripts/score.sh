#!/usr/bin/env bash
# Scores the program's reading of annotated articles by the guidelines' own score.py:
#   ../shared/gold/seeds    ten real articles, annotated twice; never trained on
#   data/corpus/dev.txt     the dev split: articles of all writers of the corpus, kept for measuring and never trained on
#   data/unseen             articles of thirteen writers none of whose articles is trained on; annotated twice, what one alone has is optional:
#                           ce to ch mostly news, ei summaries of work, which is what the seeds are, fk and fs harder ones, hh to hm of many kinds,
#                           written and annotated by people who had the guidelines and nothing else
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
while read -r name; do
    case $name in '' | '#'*) continue ;; esac
    cp "data/corpus/$name.txt" "data/corpus/$name.json" "$work/dev/"
done <data/corpus/dev.txt
score "dev: articles of the corpus that are never trained on" "$work/dev" "$@"
mkdir "$work/news" "$work/summaries" "$work/hard" "$work/kinds"
cp data/unseen/c[e-h][0-9]*.* "$work/news/"
cp data/unseen/ei[0-9]*.* "$work/summaries/"
cp data/unseen/f[ks][0-9]*.* "$work/hard/"
cp data/unseen/h[h-m][0-9]*.* "$work/kinds/"
score "unseen: articles of other writers, mostly news" "$work/news" "$@"
score "unseen: summaries of work by another writer" "$work/summaries" "$@"
score "unseen: harder summaries by two more writers" "$work/hard" "$@"
score "unseen: articles of many kinds, by six writers who know the guidelines only" "$work/kinds" "$@"

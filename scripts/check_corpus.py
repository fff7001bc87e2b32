#!/usr/bin/env python3
"""Check that the articles of a corpus are independent texts: no two share more than a few strings of 12 characters.

usage: check_corpus.py [FOLDER, by default data/corpus] [--limit N, by default 5] [--show N, by default 10]

Shared strings are counted as maximal runs: a shared clause of 15 characters is one run, not four strings. Names of agencies, laws and
schemes are shared by honest texts; sentences are not. Letters and digits are left out, so that figures hide nothing. Prints the pairs that share
most and exits 1 if a pair shares more than N runs.
"""
import argparse, collections, pathlib, re, sys, unicodedata

SIZE = 12

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", nargs="?", default=pathlib.Path(__file__).parent.parent / "data/corpus", type=pathlib.Path)
parser.add_argument("--limit", type=int, default=5)
parser.add_argument("--show", type=int, default=10)
args = parser.parse_args()

texts = {
    path.stem: re.sub(r"[^\u4e00-\u9fff]", "", unicodedata.normalize("NFKC", path.read_text(encoding="utf-8")))
    for path in sorted(args.folder.glob("*.txt"))
    if path.with_suffix(".json").exists()
}
if not texts:
    sys.exit(f"no pairs NAME.txt and NAME.json in {args.folder}")
where = collections.defaultdict(set)
for name, text in texts.items():
    for at in range(len(text) - SIZE + 1):
        where[text[at : at + SIZE]].add(name)
runs = collections.defaultdict(list)
for name, text in texts.items():
    open_runs = {}
    for at in range(len(text) - SIZE + 2):
        others = {other for other in where.get(text[at : at + SIZE], ()) if other > name} if at + SIZE <= len(text) else set()
        for other in [other for other in open_runs if other not in others]:
            runs[name, other].append(text[open_runs.pop(other) : at + SIZE - 1])
        for other in others:
            open_runs.setdefault(other, at)
pairs = sorted(runs.items(), key=lambda item: (-len(item[1]), item[0]))
print(f"{len(texts)} articles, {len(pairs)} pairs share a run of {SIZE} characters or more, {sum(len(r) > args.limit for _, r in pairs)} more than {args.limit} runs")
for (a, b), shared in pairs[: args.show]:
    print(f"  {a} {b}: {len(shared)} runs, e.g. {max(shared, key=len)}")
sys.exit(any(len(shared) > args.limit for _, shared in pairs))

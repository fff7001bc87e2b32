#!/usr/bin/env python3
"""Write what `yutu eval` measures now into the tables of docs/extraction.md and of both READMEs.

usage: scripts/extraction_tables.py [--figures DIR]      (after `make build`)

The scores of every set, and of dev by type, by predicate, by detectors, by confidence and by kind of error. Rows keep their place; numbers
that stand in sentences are left alone, save the mean distances below the table of confidences. The row of the seeds is left as it is where
../shared does not exist (SHARED names another folder). With --figures the figures of each set are kept in DIR as SET.json, for `yutu eval --compare`.
"""
import argparse, os, pathlib, re, subprocess, sys
from decimal import ROUND_HALF_UP, Decimal

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "extraction.md"
YUTU = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "release" / "yutu"
SEEDS = pathlib.Path(os.environ.get("SHARED", ROOT / ".." / "shared")) / "gold" / "seeds"
SETS = {
    "seeds": ["--gold", str(SEEDS)],
    "dev": ["--gold", "data/corpus", "--dev"],
    "unseen": ["--gold", "data/unseen", "--writers", "ce,cf,cg,ch"],
    "summaries": ["--gold", "data/unseen", "--writers", "ei"],
    "hard": ["--gold", "data/unseen", "--writers", "fk,fs"],
    "kinds": ["--gold", "data/unseen", "--writers", "hh,hi,hj,hk,hl,hm"],
}
# How the row of each set begins in README.md and README.zh.md.
README_ROWS = {
    "seeds": ("ten real articles", "十篇真实文章"),
    "dev": ("forty written articles", "四十篇自写文章"),
    "unseen": ("160 written articles", "160 篇"),
    "summaries": ("30 written summaries", "30 篇"),
    "hard": ("54 harder ones", "54 篇"),
    "kinds": ("60 of many kinds", "60 篇"),
}
# What else is asked of dev.
DETAILS = ["--by-type", "--reliability", "--errors", "1"]
# Below so many figures an interval says less than the count.
FEW = 60
MEASURES = ("entity", "relation", "observation", "observation, full")
SCORE = re.compile(r"^(?P<name>.+?) +P (?P<p>\S+)  R (?P<r>\S+)  F1 (?P<f>\S+)(?: (?P<interval>\[[^]]*\]))? +\((?P<hits>\d+) / (?P<gold>\d+)")


def evaluate(*options):
    run = subprocess.run([YUTU, "--lang", "en", "eval", *options], cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return run.stdout


def scores(printed):
    """The lines with a score, by their names."""
    return {found["name"]: found for found in map(SCORE.match, printed.splitlines()) if found}


def rows_below(printed, header):
    """The rows of a printed table, cell by cell: those below the first line that begins with `header`."""
    lines = [line.strip() for line in printed.splitlines()]
    first = next(at for at, line in enumerate(lines) if line.startswith(header)) + 2
    rows = []
    for line in lines[first:]:
        if not line:
            break
        rows.append(re.split(r"  +", line))
    return rows


def replace_rows(page, header, rows):
    """The table of the page that begins with `header`, with other rows."""
    head = re.compile(rf"^({re.escape(header)}\n\|[-|]+\|\n)((?:\|.*\n)+)", re.M)
    body = "".join("|" + "".join(f" {cell} |" if cell else " |" for cell in row) + "\n" for row in rows)
    page, count = head.subn(lambda found: found[1] + body, page)
    if count != 1:
        sys.exit(f"{PAGE}: {count} tables begin with {header}")
    return page


def beside(left, right, empty):
    """Two lists of rows as one table, an empty column between them."""
    longest = max(len(left), len(right))
    pad = lambda rows: rows + [empty] * (longest - len(rows))
    return [one + [""] + other for one, other in zip(pad(left), pad(right))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--figures", type=pathlib.Path, help="keep each set's figures in this folder")
    folder = parser.parse_args().figures
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    page = PAGE.read_text(encoding="utf-8")
    readmes = {ROOT / name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")}
    for name, options in SETS.items():
        if name == "seeds" and not SEEDS.exists():
            print(f"{name}: no {SEEDS}; left as it is", file=sys.stderr)
            continue
        kept = ["--json", str((folder / f"{name}.json").resolve())] if folder else []
        printed = evaluate(*options, *kept, *(DETAILS if name == "dev" else []))
        if name == "dev":
            dev = printed
        found = scores(printed.split("\n\n")[0])
        cells = []
        for measure in MEASURES:
            score = found[measure]
            few = measure.startswith("observation") and int(score["gold"]) < FEW
            count = f" ({score['hits']} of {score['gold']})" if few and measure.endswith("full") else ""
            cells.append(score["f"] + (count if few else f" {score['interval']}"))
        row = re.compile(rf"^(\| {name} \(\d+ articles\) \|)(?: [^|]* \|){{4}}", re.M)
        page, count = row.subn(lambda match: match[1] + "".join(f" {cell} |" for cell in cells), page)
        if count != 1:
            sys.exit(f"{PAGE}: {count} rows of {name}")
        for (path, text), begins in zip(list(readmes.items()), README_ROWS[name]):
            two = [str(Decimal(found[measure]["f"]).quantize(Decimal("0.01"), ROUND_HALF_UP)) for measure in MEASURES]
            row = re.compile(rf"^(\| {begins}[^|]* \|)(?: [^|]* \|){{4}}", re.M)
            readmes[path], count = row.subn(lambda match: match[1] + "".join(f" {cell} |" for cell in two), text)
            if count != 1:
                sys.exit(f"{path}: {count} rows begin with {begins}")

    part = lambda title: scores(dev.split(f"\n{title}\n")[1].split("\n\n")[0])
    line = lambda score: [score["name"], score["p"], score["r"], score["f"]]
    both = beside([line(s) for s in part("by type").values()], [line(s) for s in part("by predicate").values()], [""] * 4)
    page = replace_rows(page, "| type | P | R | F1 | | predicate | P | R | F1 |", both)
    confidences = rows_below(dev, "confidence  ")
    means = confidences.pop()
    page = replace_rows(page, "| confidence | entities | relations | figures | figures in full |", confidences)
    page = re.sub(r"(?<=Mean distance between confidence and share right: )[\d., ]+(?=\. )", ", ".join(means[1:4]), page)
    kinds = rows_below(dev, "kind of error")
    half = (len(kinds) + 1) // 2
    page = replace_rows(page, "| kind | count | | kind | count |", beside(kinds[:half], kinds[half:], [""] * 2))
    detectors = [[row[0], *row[1:4], *row[5:]] for row in rows_below(evaluate(*SETS["dev"], "--ablation"), "entity P")]
    page = replace_rows(page, "| detectors | entity P | R | F1 | relation F1 | figures | in full |", detectors)
    for path, text in [(PAGE, page), *readmes.items()]:
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


main()

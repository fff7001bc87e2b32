#!/usr/bin/env python3
"""Print how the articles of a corpus are written, a line for each writer: does a corpus hold the register that is to be read?

usage: corpus_style.py [FOLDER ..., by default data/corpus]

Columns: folder, writer, number of articles; then medians over the writer's articles: characters; characters a sentence; words of work summaries (推动, 构建, 赋能, …) in 1,000 characters; annotated
entities in 1,000 characters; the share of Programs and of Companies among them; figures an article. Then shares over all of the writer's articles: relations whose subject is the Region or Park that is
subject most often; the same of implements and focusesOn; spans in “ ” that are, or stand in, a listed form; Programs named in five characters or less; and other forms a Program.
"""
import collections, json, pathlib, re, statistics, sys

SUMMARY = "强化 深化 推动 推进 构建 打造 通过 依托 赋能 提升 优化 完善 聚焦 创新 协同 联合 加强 助力".split()
COLUMNS = "folder writer articles characters sentence summary/1000 entities/1000 programs% companies% figures".split()
SHARES = "main% main-implements% main-focuses% quotes% short-programs% program-forms".split()


def style(gold, text):
    length = len(re.sub(r"\s", "", text)) or 1
    sentences = sum(1 for part in re.split(r"[。！？!?；;\n]", text) if part.strip()) or 1
    kinds = [e["type"] for e in gold["entities"] if not e.get("optional")]
    share = lambda kind: 100 * kinds.count(kind) / max(len(kinds), 1)
    return [
        length,
        length / sentences,
        1000 * sum(text.count(word) for word in SUMMARY) / length,
        1000 * len(kinds) / length,
        share("Program"),
        share("Company"),
        len(gold["observations"]),
    ]


def habits(gold, text):
    """What is counted (the numerators of SHARES) and out of how much."""
    entities = {e["id"]: e for e in gold["entities"]}
    relations = [r for r in gold["relations"] if r[0] in entities]
    places = collections.Counter(s for s, _, _ in relations if entities[s]["type"] in ("Region", "Park"))
    subject = places.most_common(1)[0][0] if places else None
    of = lambda predicate: [r for r in relations if predicate in (None, r[1])]
    counts = [(sum(r[0] == subject for r in of(p)), len(of(p))) for p in (None, "implements", "focusesOn")]
    forms = {form for e in gold["entities"] for form in [e["name"], *e["aliases"]] if len(form) > 1}
    quotes = re.findall("“([^”]+)”", text)
    programs = [e for e in gold["entities"] if e["type"] == "Program" and not e.get("optional")]
    return [
        *counts,
        (sum(any(quote in form or form in quote for form in forms) for quote in quotes), len(quotes)),
        (sum(len(e["name"]) <= 5 for e in programs), len(programs)),
        (sum(len(e["aliases"]) for e in programs), len(programs)),
    ]


def main():
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(__doc__)
        return
    print("\t".join(COLUMNS + SHARES))
    for folder in map(pathlib.Path, sys.argv[1:] or ["data/corpus"]):
        writers = {}
        for path in sorted(folder.glob("*.json")):
            if path.with_suffix(".txt").exists():
                gold = json.loads(path.read_text(encoding="utf-8"))
                text = path.with_suffix(".txt").read_text(encoding="utf-8")
                writer = re.match(r"[^\d]*", path.stem)[0].rstrip("-_")
                writers.setdefault(writer, []).append((style(gold, text), habits(gold, text)))
        if not writers:
            sys.exit(f"corpus_style.py: no pairs NAME.txt and NAME.json in {folder}")
        for writer, rows in sorted(writers.items(), key=lambda item: (len(item[0]), item[0])):
            columns = [f"{statistics.median(column):.1f}" for column in zip(*(style for style, _ in rows))]
            counts = [[sum(part) for part in zip(*column)] for column in zip(*(habits for _, habits in rows))]
            shares = [part / max(whole, 1) for part, whole in counts]
            columns += [f"{100 * share:.0f}" for share in shares[:-1]] + [f"{shares[-1]:.2f}"]
            print("\t".join([folder.name, writer, str(len(rows)), *columns]))


if __name__ == "__main__":
    main()

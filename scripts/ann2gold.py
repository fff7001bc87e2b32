#!/usr/bin/env python3
"""Turn compact annotation files into gold articles (text + JSON), checking every line.

usage: ann2gold.py OUT_DIR FILE.ann ...

One .ann file holds articles separated by a line `=====`. An article:

    # m01 2024-05-12          id, publication date (or -)
    T title
    B body                    any number of B lines; they are joined by line breaks
    E Region 武清区 | 武清     type, name, aliases after `|`
    R 武清区 > implements > 链长制
    E? Program 高新技术企业    optional, neither hit nor miss; also R?
    O 武清区 ; 到位资金 ; 477.27 ; 亿元 ; 2023-Q1 ; exact
                              subject (or -), indicator, value, unit, period (or -), qualifier

Ends of R and O are an entity's name or alias; where two entities share a form, write `Type:form`.
Every fault is reported with its article and line; an article with a fault is not written. Exit status 1 then.
"""
import hashlib, json, pathlib, re, sys, unicodedata

TYPES = "Region Park Company Government Institution Organization Platform Program Document Project Industry Event Product Person".split()
ORG = {"Company", "Government", "Institution", "Organization", "Region", "Park", "Platform"}
SUBJ = {"Region", "Park", "Government", "Organization", "Institution", "Company"}
TABLE = {
    "locatedIn": ("Park Company Institution Platform Project Event Organization Government Product", "Region Park"),
    "partOf": ("Region Park Platform Project Government Organization Institution Program", "Region Park Platform Project Government Organization Institution Program"),
    "jurisdiction": ("Government", "Region"),
    "implements": (SUBJ, "Program"),
    "issues": (SUBJ, "Document"),
    "focusesOn": ("Region Park Program Organization Platform Company Institution Document Project", "Industry"),
    "develops": (SUBJ, "Park Platform Project Organization"),
    "attracts": ("Region Park Platform Organization", "Company Institution Project Organization"),
    "cooperatesWith": (ORG, ORG),
    "supports": ("Program Region Government Platform Organization Document", "Company Organization Institution Platform Industry Project Person"),
    "reliesOn": (TYPES, "Company Institution Park Platform Organization Region"),
    "participatesIn": ("Company Institution Organization Region Government Person", "Event Organization Program"),
    "organizes": (SUBJ, "Event"),
    "connects": ("Project", "Region Park Project"),
    "produces": ("Region Company Institution Organization Park", "Product"),
    "investsIn": ("Company Region Organization", "Company Project Region Park"),
}
TABLE = {k: tuple(set(x.split()) if isinstance(x, str) else set(x) for x in v) for k, v in TABLE.items()}
SAME = {("Platform", "Park")}
QUALIFIERS = "exact atLeast atMost about growth decline".split()
ATOM = r"\d{4}(-(\d{2}(-\d{2})?|Q[1-4]|H[12]))?"
PERIOD = re.compile(rf"^{ATOM}(/{ATOM})?$")


def norm(s):
    return re.sub(r"[\s《》“”\"'‘’「」]", "", unicodedata.normalize("NFKC", s))


def article(block):
    """One article's lines → (gold, text, faults)."""
    faults, body, ents, rels, unsure, obs = [], [], [], [], [], []
    gid = title = published = None
    lookup = {}
    for n, line in block:
        tag, _, rest = line.partition(" ")
        rest = rest.strip()
        fault = lambda m: faults.append(f"line {n}: {m}")
        if tag == "#":
            parts = rest.split()
            gid, published = parts[0], (parts[1] if len(parts) > 1 and parts[1] != "-" else None)
        elif tag == "T":
            title = rest
        elif tag == "B":
            body.append(rest)
        elif tag in ("E", "E?"):
            m = re.match(r"(\w+)\s+(.+)$", rest)
            if not m or m[1] not in TYPES:
                fault(f"not an entity: {line}"); continue
            names = [x.strip() for x in m[2].split("|") if x.strip()]
            e = {"id": f"e{len(ents) + 1}", "type": m[1], "name": names[0], "aliases": []}
            if tag == "E?":
                e["optional"] = True
            for f in names[1:]:
                if norm(f) != norm(names[0]) and f not in e["aliases"]:
                    e["aliases"].append(f)
            whole = norm((title or "") + "\n" + "\n".join(body))
            for f in names:
                if norm(f) not in whole:
                    fault(f"form is not in the text: {f}")
                key = (m[1], norm(f))
                if lookup.setdefault(key, e["id"]) != e["id"]:
                    fault(f"form is also on another {m[1]}: {f}")
            ents.append(e)
        elif tag in ("R", "R?", "O"):
            def find(form):
                t, _, f = form.rpartition(":")
                hits = [(k, v) for k, v in lookup.items() if k[1] == norm(f if t in TYPES else form) and (t not in TYPES or k[0] == t)]
                if not hits:
                    fault(f"no such entity: {form}"); return None
                if len({v for _, v in hits}) > 1:
                    fault(f"{form} is ambiguous, write Type:{form}"); return None
                return hits[0][1]
            type_of = {e["id"]: e["type"] for e in ents}
            if tag != "O":
                p = [x.strip() for x in rest.split(">")]
                if len(p) != 3 or p[1] not in TABLE:
                    fault(f"not a relation: {line}"); continue
                s, o = find(p[0]), find(p[2])
                if not s or not o: continue
                ts, to = type_of[s], type_of[o]
                ok = ts in TABLE[p[1]][0] and to in TABLE[p[1]][1]
                if p[1] == "partOf":
                    ok = ts == to or (ts, to) in SAME
                if not ok:
                    fault(f"types {ts} → {to} are outside the table of {p[1]}: {line}"); continue
                if s == o:
                    fault(f"relation to itself: {line}"); continue
                again = lambda old: old == [s, p[1], o] or p[1] == "cooperatesWith" and old == [o, p[1], s]
                # What is stated once is stated, wherever it is also doubted.
                if any(map(again, rels)) or tag == "R?" and any(map(again, unsure)):
                    continue
                if tag == "R":
                    unsure = [old for old in unsure if not again(old)]
                (unsure if tag == "R?" else rels).append([s, p[1], o])
            else:
                p = [x.strip() for x in re.split("[;；]", rest)]
                if len(p) != 6:
                    fault(f"an observation has six fields: {line}"); continue
                sub = None if p[0] in ("-", "") else find(p[0])
                try:
                    v = float(p[2].replace(",", "")); v = int(v) if v == int(v) else v
                except ValueError:
                    fault(f"value is no number: {line}"); continue
                per = None if p[4] in ("-", "null", "") else p[4]
                if per and not PERIOD.match(per): fault(f"period not understood: {line}")
                if p[5] not in QUALIFIERS: fault(f"unknown qualifier: {line}")
                obs.append({"subject": sub, "indicator": p[1], "value": v, "unit": p[3], "period": per, "qualifier": p[5]})
        elif line.strip():
            fault(f"not understood: {line[:60]}")
    if not (gid and title and body):
        faults.append(f"line {block[0][0] if block else 0}: an article needs #, T and B lines")
    text = (title or "") + "\n" + "\n".join(body) + "\n" + (published + "\n" if published else "")
    gold = {"id": gid, "title": title, "published": published, "source": None,
            "sha256": hashlib.sha256(text.encode()).hexdigest(), "entities": ents, "relations": rels, "observations": obs}
    if unsure:
        gold["optional_relations"] = unsure
    return gold, text, faults


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    out, bad, n = pathlib.Path(sys.argv[1]), 0, 0
    out.mkdir(parents=True, exist_ok=True)
    for path in sys.argv[2:]:
        blocks, cur = [], []
        for i, line in enumerate(open(path, encoding="utf-8"), 1):
            line = line.rstrip("\n")
            if line.startswith("====="):
                blocks.append(cur); cur = []
            elif line.strip():
                cur.append((i, line))
        blocks.append(cur)
        for b in filter(None, blocks):
            gold, text, faults = article(b)
            for f in faults:
                bad = 1; print(f"{path} {gold['id']}: {f}")
            if not faults:
                (out / f"{gold['id']}.txt").write_text(text, encoding="utf-8")
                (out / f"{gold['id']}.json").write_text(json.dumps(gold, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
                n += 1
    print(f"{n} articles written to {out}", file=sys.stderr)
    sys.exit(bad)


if __name__ == "__main__":
    main()

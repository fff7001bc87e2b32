#!/usr/bin/env python3
"""Compare two independent annotations of the same articles, and merge them.

usage: merge_annotations.py FIRST SECOND [--into OUT]

FIRST and SECOND are folders of gold files NAME.json; those that both have are taken. Prints how far the two agree: F1 of entities, relations and
figures, the second counted against the first as score.py counts predictions against gold. With --into, writes the merged gold of each article:
what both have is gold; what one alone has is marked optional (it counts neither as hit nor as miss). An entity that both list with different types
is optional, with the first's type; forms of both are its aliases.
"""
import argparse, json, pathlib, re, unicodedata

SCALE = {"千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12, "百": 1e2}


def norm(s):
    return re.sub(r"[\s《》“”\"'‘’「」『』]", "", unicodedata.normalize("NFKC", s)).lower()


def quantity(o):
    unit = norm(o["unit"] or "")
    m = re.match(r"^(万亿|千万|百万|亿|万|千|百)(.*)$", unit)
    scale, rest = (SCALE[m.group(1)], m.group(2)) if m else (1.0, unit)
    return round(float(o["value"]) * scale, 6), {"个百分点": "百分点", "人民币": "元", "元人民币": "元"}.get(rest, rest)


def forms(e):
    return {norm(f) for f in [e["name"], *e.get("aliases", [])]} - {""}


def pair(first, second, typed):
    """First id → second id, greedily: equal names first, then any shared form."""
    out, used = {}, set()
    for by_name in (True, False):
        for a in first:
            for b in second:
                if a["id"] in out or b["id"] in used or (typed and a["type"] != b["type"]):
                    continue
                if norm(a["name"]) == norm(b["name"]) if by_name else forms(a) & forms(b):
                    out[a["id"]] = b["id"]
                    used.add(b["id"])
    return out


def key(s, predicate, o):
    return (predicate, *sorted((s, o))) if predicate == "cooperatesWith" else (predicate, s, o)


def merge(first, second, counts):
    typed = pair(first["entities"], second["entities"], True)
    loose = pair(first["entities"], second["entities"], False)
    counts["entity"].append((len(typed), len(second["entities"]), len(first["entities"])))
    by_id = {e["id"]: e for e in second["entities"]}
    merged = {k: v for k, v in first.items() if k not in ("entities", "relations", "observations", "optional_relations")}
    entities, to_first = [], {}
    for e in first["entities"]:
        e = dict(e)
        # Typed pairs first; an entity of the other type is paired where no typed pair uses it.
        other = typed.get(e["id"]) or (loose.get(e["id"]) if loose.get(e["id"]) not in typed.values() else None)
        if other:
            to_first[other] = e["id"]
            taken = forms(e)
            e["aliases"] = e["aliases"] + [f for f in [by_id[other]["name"], *by_id[other]["aliases"]] if norm(f) not in taken]
        if e["id"] not in typed:
            e["optional"] = True
        entities.append(e)
    # A form stands for one entity: its name's owner keeps it, then the first that lists it.
    owner = {}
    for e in entities:
        owner.setdefault((e["type"], norm(e["name"])), e["id"])
    for e in entities:
        e["aliases"] = [f for f in e["aliases"] if owner.setdefault((e["type"], norm(f)), e["id"]) == e["id"]]
    for e in second["entities"]:
        # What the second lists by itself may be a form of something in the first.
        if e["id"] not in to_first:
            known = [x["id"] for x in entities if x["type"] == e["type"] and norm(e["name"]) in forms(x)]
            if known:
                to_first[e["id"]] = known[0]
        if e["id"] not in to_first:
            owned = set().union(*(forms(x) for x in entities if x["type"] == e["type"]), set())
            e = {**e, "aliases": [f for f in e["aliases"] if norm(f) not in owned]}
            to_first[e["id"]] = "b" + e["id"]
            entities.append({**e, "id": "b" + e["id"], "optional": True})
    a = {key(*r): r for r in first["relations"]}
    b = {key(to_first[s], p, to_first[o]): [to_first[s], p, to_first[o]] for s, p, o in second["relations"]}
    b = {k: r for k, r in b.items() if r[0] != r[2]}
    counts["relation"].append((len(a.keys() & b.keys()), len(b), len(a)))
    left, observations, hits, full = list(second["observations"]), [], 0, 0
    for o in first["observations"]:
        same = lambda x: (to_first.get(x["subject"]) == o["subject"], x["period"] == o["period"], x["qualifier"] == o["qualifier"])
        equal = [x for x in left if quantity(x) == quantity(o)]
        if equal:
            best = max(equal, key=lambda x: sum(same(x)))
            left.remove(best)
            hits += 1
            full += all(same(best))
            # Both see the figure and differ on what it says: optional.
            observations.append(o if all(same(best)) else {**o, "optional": True})
        else:
            observations.append({**o, "optional": True})
    observations += [{**o, "subject": to_first.get(o["subject"]), "optional": True} for o in left]
    counts["observation"].append((hits, len(second["observations"]), len(first["observations"])))
    counts["observation, full"].append((full, len(second["observations"]), len(first["observations"])))
    merged["entities"] = entities
    merged["relations"] = [r for k, r in a.items() if k in b]
    merged["observations"] = observations
    merged["optional_relations"] = [r for k, r in a.items() if k not in b] + [r for k, r in b.items() if k not in a]
    return merged


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=pathlib.Path)
    parser.add_argument("second", type=pathlib.Path)
    parser.add_argument("--into", type=pathlib.Path)
    args = parser.parse_args()
    counts = {"entity": [], "relation": [], "observation": [], "observation, full": []}
    names = sorted({p.name for p in args.first.glob("*.json")} & {p.name for p in args.second.glob("*.json")})
    for name in names:
        merged = merge(*(json.loads((folder / name).read_text(encoding="utf-8")) for folder in (args.first, args.second)), counts)
        if args.into:
            args.into.mkdir(parents=True, exist_ok=True)
            (args.into / name).write_text(json.dumps(merged, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(names)} articles annotated twice")
    for kind, rows in counts.items():
        hit, second, first = (sum(row[i] for row in rows) for i in range(3))
        print(f"{kind:20} F1 {2 * hit / (second + first):.3f}   both {hit}, first {first}, second {second}")


main()

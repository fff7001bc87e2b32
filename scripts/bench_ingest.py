#!/usr/bin/env python3
"""Print how fast `yutu ingest` takes generated articles and how much memory it holds at most, at several numbers of articles.

usage: scripts/bench_ingest.py [SIZES…]      (default: 200 1000 2000; after `make build`)
       scripts/bench_ingest.py --print N     the N articles themselves, as JSON lines

The articles are made of sentences of data/articles, mixed by a fixed generator, with names varied so that entities are many: the same N
gives the same articles. Memory must not grow with their number. Linux only (VmHWM of /proc).
"""
import json, os, pathlib, random, re, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
YUTU = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "yutu"
# Written in articles → written instead, by chance.
PLACES = "武清 西青 东丽 津南 北辰 静海 宝坻 蓟州 宁河 廊坊 沧州 保定 唐山 大兴 通州 房山 昌平 顺义".split()
SYLLABLES = "京 津 海 河 云 智 博 瑞 恒 泰 信 达 蓝 科 德 丰 新 源 华 明 天 开 渤 中 创 联 盛 宏".split()


def sentences():
    """All sentences of the plain-text and dump samples, in order."""
    found = []
    for path in sorted((ROOT / "data/articles/text").glob("*.txt")) + [ROOT / "data/articles/crawl.txt"]:
        for line in path.read_text(encoding="utf-8").splitlines():
            found += [s for s in re.findall(r"[^。！？]+[。！？]", line.strip()) if 12 <= len(s) <= 200]
    return found


def articles(count):
    pool, dice = sentences(), random.Random(20250702)
    for number in range(count):
        place = dice.choice(PLACES)
        text = "".join(dice.sample(pool, 18))
        for old in PLACES:
            text = text.replace(old, dice.choice([old, place]))
        # Names before 有限公司, 产业园, 实验室 … become others: entities are as many as in real articles.
        text = re.sub(r"[一-龥]{2}(?=科技有限公司|有限公司|产业园|工业园|实验室|研究院)", lambda _: "".join(dice.sample(SYLLABLES, 2)), text)
        text = re.sub(r"\d+(?=[亿万家个项])", lambda m: str(int(m[0][:6]) + dice.randrange(90)), text)
        day = f"{2018 + dice.randrange(8)}-{1 + dice.randrange(12):02}-{1 + dice.randrange(28):02}"
        title = f"{place}发展动态第{number + 1}期"
        yield {"title": title, "text": text, "published": day, "source": f"https://news.example/generated/{number}.html"}


def peak_mib(pid):
    try:
        return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024
    except (OSError, TypeError):
        return 0.0


def measure(count):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "articles.jsonl"
        with file.open("w", encoding="utf-8") as out:
            for article in articles(count):
                out.write(json.dumps(article, ensure_ascii=False) + "\n")
        megabytes, start = file.stat().st_size / 1e6, time.monotonic()
        command = [YUTU, "--lang", "en", "ingest", "--store", f"{folder}/store", file]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, peak_mib(process.pid))
            time.sleep(0.02)
        seconds = time.monotonic() - start
        said = process.stderr.read().strip().replace("\n", "; ")
        if process.returncode:
            sys.exit(said)
        print(f"{count:6} articles ({megabytes:.1f} MB): most memory {peak:.0f} MiB, {seconds:.1f} s; {said}", flush=True)


def main():
    if sys.argv[1:2] == ["--print"]:
        for article in articles(int(sys.argv[2])):
            print(json.dumps(article, ensure_ascii=False))
        return
    for size in sys.argv[1:] or ["200", "1000", "2000"]:
        measure(int(size))


main()

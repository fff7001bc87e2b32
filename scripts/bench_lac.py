#!/usr/bin/env python3
"""Print the speed of `yutu extract`, all stages, beside the tagger LAC (PyPI) on the same articles and one core, taking turns.

usage: scripts/bench_lac.py [ARTICLES]        (default: 60 articles of data/corpus; after `make build`)

LAC was written for releases of paddlepaddle that current Pythons have no wheels of. It runs on 2.6.2, whose old interface this program
hands it under its former name:
    python3 -m venv lac && lac/bin/pip install 'paddlepaddle==2.6.2' 'numpy<2' 'setuptools<70' wheel
    lac/bin/pip install --no-build-isolation LAC && lac/bin/python scripts/bench_lac.py
Start-up is left out on both sides: LAC's by timing its calls, yutu's by taking off the time of a run over one article of one sentence.
"""
import json, os, pathlib, statistics, subprocess, sys, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
YUTU = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "yutu"
ROUNDS = 3


def lac():
    try:
        import paddle
        from paddle import base
        from paddle.base import core
    except ImportError as missing:
        sys.exit(f"{missing}; how to install what is needed stands at the top of {__file__}")
    sys.modules["paddle.fluid"], sys.modules["paddle.fluid.core"], paddle.fluid = base, core, base
    from LAC import LAC
    return LAC(mode="lac")


def yutu(articles):
    lines = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)
    start = time.monotonic()
    subprocess.run([YUTU, "extract", "--input-format", "jsonl", "-"], input=lines, text=True, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    os.environ.update(RAYON_NUM_THREADS="1", OMP_NUM_THREADS="1")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    articles = []
    for path in sorted((ROOT / "data/corpus").glob("*.txt"))[:: 20][:count]:
        title, _, text = path.read_text(encoding="utf-8").partition("\n")
        articles.append({"title": title, "text": text})
    characters = sum(len(article["title"]) + len(article["text"]) for article in articles)
    sentences = [[s for s in article["text"].replace("。", "。\n").splitlines() if s.strip()] for article in articles]
    tagger = lac()
    tagger.run(sentences[0])
    ours, theirs = [], []
    for _ in range(ROUNDS):
        idle = min(yutu([{"title": "无", "text": "无。"}]) for _ in range(3))
        ours.append(yutu(articles) - idle)
        start = time.monotonic()
        for each in sentences:
            tagger.run(each)
        theirs.append(time.monotonic() - start)
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    print(f"{len(articles)} articles, {characters} characters, one core: yutu {characters / ours:,.0f} characters/s, "
          f"LAC {characters / theirs:,.0f} characters/s; LAC takes {theirs / ours:.1f} times as long")


if __name__ == "__main__":
    main()

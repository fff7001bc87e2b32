#!/usr/bin/env bash
# Builds yutu, reads the sample articles into a fresh store, asks three questions, draws a picture, and says how to go on.
# Everything that it writes is in ./demo. It says what it runs: the lines that begin with `$` work by hand as well.
set -euo pipefail
cd "$(dirname "$0")/.."
[ ! -d "$HOME/.cargo/bin" ] || export PATH="$PATH:$HOME/.cargo/bin"

lang=en
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in zh*) lang=zh ;; esac
say() { if [ $lang = zh ]; then printf '\n%s\n' "$1"; else printf '\n%s\n' "$2"; fi; }
target=${CARGO_TARGET_DIR:-target}
yutu() {
    printf '\n$ yutu %s\n' "$*"
    "$target/release/yutu" --lang $lang "$@"
}

if [ ! -d "$target/release/deps" ]; then
    say "正在编译（首次需要十到二十分钟，主要是 RocksDB）……" "building (the first time takes ten to twenty minutes, most of it for RocksDB) …"
fi
# shellcheck disable=SC2086  # several flags in one variable
cargo build --release --locked --bin yutu ${CARGO_FLAGS:-}

mkdir -p demo
rm -rf demo/store
say "一、读取示例文章，抽取事实，存入图谱库 demo/store" "1. Read the sample articles and take their facts into the store demo/store"
yutu ingest --store demo/store data/articles

say "二、三个问题" "2. Three questions"
say "武清区有哪些园区？" "Which parks are in 武清区 (Wuqing)?"
yutu query parks-in-region --region 武清区 --store demo/store --format table
say "还有谁实施“揭榜挂帅”？" "Who carries out 揭榜挂帅, an open-call mechanism for research tasks?"
yutu query program-implementers --program 揭榜挂帅 --store demo/store --format table
say "哪些地区的园区最多？" "Which regions have most parks?"
yutu query regions-by-park-count --limit 5 --store demo/store --format table

say "三、画图" "3. A picture"
yutu graph 武清区 --hops 1 --store demo/store -o demo/wuqing.svg
yutu graph 武清区 --hops 1 --store demo/store -o demo/wuqing.png --scale 2

if [ $lang = zh ]; then
    cat <<END

完成。示例文章中的数据多为虚构，请勿当作新闻引用。
图片：demo/wuqing.svg、demo/wuqing.png。接下来可以：
    $target/release/yutu query --list                            看看还能问什么
    $target/release/yutu show 天开高教科创园 --store demo/store  一个园区的名片：事实与原文
    $target/release/yutu ingest --store my-store 文件夹/         读入您自己的文章
END
else
    cat <<END

Done. Figures in the sample articles are mostly invented: do not quote them as news.
Pictures: demo/wuqing.svg, demo/wuqing.png. To go on:
    $target/release/yutu query --list                            what else can be asked
    $target/release/yutu show 天开高教科创园 --store demo/store  a park's card: facts and the words that state them
    $target/release/yutu ingest --store my-store FOLDER/         take in articles of your own
END
fi

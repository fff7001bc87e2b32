//! The Chinese help: command path, argument, text. The English one stands in the doc comments of the arguments.
//!
//! A command's path is its names with spaces between, `""` for the program itself. The first paragraph of a text is the short help.

/// Stands for the command itself in the place of an argument.
pub(super) const ABOUT: &str = "";

/// Stands for the text after the options.
pub(super) const AFTER: &str = "after";

/// The text of a command's argument.
pub(super) fn text(path: &str, argument: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(known, id, _)| *known == path && *id == argument).map(|(_, _, text)| *text)
}

/// All texts, by command.
pub(super) const TEXTS: &[(&str, &str, &str)] = &[
    // yutu
    (
        "",
        ABOUT,
        "读取区域发展类中文文章，生成事实图谱\n\n舆图读取文章，从中找出地区、园区、企业、政策、产业、数据及其关系，每条事实都附有原文依据。",
    ),
    (
        "",
        AFTER,
        "示例：\n  yutu extract articles/ > facts.jsonl\n  yutu extract --format text news.html\n\n退出码：0 完成，1 失败或部分记录失败，2 用法错误。",
    ),
    ("", "lang", "帮助和消息的语言［默认：取自系统区域设置］"),
    ("", "quiet", "只输出错误"),
    ("", "verbose", "输出更多信息"),
    ("", "threads", "工作线程数［默认：处理器个数］"),
    ("", "help", "显示帮助"),
    ("", "version", "显示版本"),
    // extract
    (
        "extract",
        ABOUT,
        "抽取文章中的事实并输出，不写入图谱库\n\n读取文件、文件夹（含各级子文件夹）或标准输入，将事实写到标准输出，顺序与输入一致。读不了的记录会注明路径、序号和原因，跳过后继续，退出码为 1。",
    ),
    (
        "extract",
        AFTER,
        "示例：\n  yutu extract articles/ > facts.jsonl\n  zcat crawl.jsonl.gz | yutu extract - --min-confidence 0.7\n  yutu extract --format text news.html | less -R",
    ),
    (
        "extract",
        "paths",
        "要读取的文件或文件夹，- 表示标准输入\n\n格式按内容和扩展名识别：抓取文本、纯文本、Markdown、HTML、JSON Lines、CSV，均可用 gzip 或 zstd 压缩。",
    ),
    ("extract", "input_format", "按此格式读取全部输入，不作识别"),
    (
        "extract",
        "format",
        "输出格式\n\njsonl：每行一篇文章，供程序读取；text：标出实体的原文，供人阅读；tsv：每行一条事实，供电子表格使用。",
    ),
    ("extract", "min_confidence", "略去置信度低于此值（0 到 1）的实体和事实"),
    ("extract", "with_text", "在 jsonl 中加入文章原文"),
    // query
    (
        "query",
        ABOUT,
        "用命名查询或 SPARQL 查询图谱库或 SPARQL 端点\n\n命名查询的参数写在查询名之后，`yutu query --list` 列出全部。SPARQL 查询来自 -q、文件或标准输入，常用前缀无须声明。结果行在终端上显示为表格，其他情况下输出 CSV；三元组输出 Turtle。",
    ),
    (
        "query",
        AFTER,
        "示例：\n  yutu query --list\n  yutu query parks-in-region --region 武清区\n  yutu query figures-of --entity 武清区 --format csv > figures.csv\n  yutu query -q 'SELECT ?park { ?park a yutu:Park }' --limit 10\n  yutu query -f mine.rq --endpoint https://example.org/sparql",
    ),
    ("query", "words", "查询名及其参数"),
    ("query", "query", "SPARQL 查询文本"),
    ("query", "file", "查询所在的文件，- 表示标准输入"),
    ("query", "list", "列出命名查询及其说明和参数"),
    ("query", "queries", "存放命名查询的文件夹，补充或替换程序自带的查询"),
    ("query", "store", "要查询的图谱库［默认：yutu-store］"),
    ("query", "endpoint", "要查询的 SPARQL 1.1 端点，代替图谱库"),
    (
        "query",
        "format",
        "结果格式［默认：终端上为 table，其他情况为 csv；三元组为 ttl］\n\n结果行：table 供人阅读，json、xml、csv、tsv 供程序和电子表格使用；三元组：ttl、nt、jsonld、rdfxml。",
    ),
    ("query", "limit", "最多输出多少行或多少个三元组"),
    ("query", "full", "表格不按终端宽度截断"),
    ("query", "timeout_s", "多少秒后停止"),
    ("query", "explain", "显示查询的执行计划和开销，不输出结果"),
    // completions
    (
        "completions",
        ABOUT,
        "输出命令行补全脚本\n\n例如 bash：yutu completions bash > ~/.local/share/bash-completion/completions/yutu",
    ),
    ("completions", "shell", "所用的 shell"),
    // man
    ("man", ABOUT, "输出手册页，或将所有命令的手册页写入文件夹"),
    ("man", "dir", "写入的文件夹，不存在则创建；省略时输出主手册页"),
];

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

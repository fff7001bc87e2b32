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
        "抽取文章中的事实并输出，不写入图谱库\n\n读取文件、文件夹（含各级子文件夹）或标准输入，将事实写到标准输出，顺序与输入一致。读不了的记录会注明路径、序号和原因，跳过后继续，退出码为 1。\n\nbrat、conll、labelstudio 三种格式供用这些工具校正，校正结果由 yutu corpus import 读回。",
    ),
    (
        "extract",
        AFTER,
        "示例：\n  yutu extract articles/ > facts.jsonl\n  zcat crawl.jsonl.gz | yutu extract - --min-confidence 0.7\n  yutu extract --format text news.html | less -R\n  yutu extract --format brat -o review/ articles/",
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
        "输出格式\n\njsonl：每行一篇文章，供程序读取；text：标出实体的原文，供人阅读；tsv：每行一条事实，供电子表格使用；nquads：RDF，每行一条四元组；trig：RDF，每篇文章一个图；brat：每篇一对 NAME.txt 和 NAME.ann，写入 --output 指定的文件夹；conll：每行一字及其 BIO 标签，事实写在注释中；labelstudio：含预测的 JSON 任务。",
    ),
    ("extract", "min_confidence", "略去置信度低于此值（0 到 1）的实体和事实"),
    ("extract", "with_text", "在 jsonl 中加入文章原文"),
    (
        "extract",
        "output",
        "写入此文件而非标准输出；brat 格式为文件夹，不存在则创建\n\nlabelstudio 格式还会在旁边写出标注界面的设置 NAME.xml。",
    ),
    // ingest
    (
        "ingest",
        ABOUT,
        "读取文章，将其中的事实写入图谱库\n\n读取文件、文件夹（含各级子文件夹）或标准输入。库中已有的文章不作改动；同一网址的文章若有变化，则替换旧文。读不了的记录会注明路径、序号和原因，跳过后继续，退出码为 1。按 Ctrl-C 会写完手头的一批再结束，已入库的不会丢失。",
    ),
    (
        "ingest",
        AFTER,
        "示例：\n  yutu ingest articles/\n  zcat crawl.jsonl.gz | yutu ingest -\n  yutu ingest --store /data/atlas --again articles/",
    ),
    (
        "ingest",
        "paths",
        "要读取的文件或文件夹，- 表示标准输入\n\n格式按内容和扩展名识别：抓取文本、纯文本、Markdown、HTML、JSON Lines、CSV，均可用 gzip 或 zstd 压缩。",
    ),
    ("ingest", "input_format", "按此格式读取全部输入，不作识别"),
    ("ingest", "store", "图谱库所在文件夹"),
    (
        "ingest",
        "service",
        "改为将文章发给正在运行的 `yutu serve`，例如 http://127.0.0.1:7878；令牌取自环境变量 YUTU_TOKEN",
    ),
    ("ingest", "again", "重新抽取库中已有的文章，例如在程序更新之后"),
    // articles
    ("articles", ABOUT, "列出、查看或移除库中的文章"),
    ("articles list", ABOUT, "列出全部文章，新的在前"),
    ("articles list", "store", "图谱库所在文件夹"),
    (
        "articles list",
        "format",
        "输出格式\n\ntable：表格，供人阅读；tsv：每行一篇，以制表符分隔；json：一个 JSON 数组。",
    ),
    ("articles show", ABOUT, "显示一篇文章述及的事实及其原文"),
    ("articles show", "article", "文章：编号、地址、来源、SHA-256 的开头，或标题的一部分"),
    ("articles show", "store", "图谱库所在文件夹"),
    ("articles show", "format", "输出格式\n\ntext：供人阅读；json：供程序读取。"),
    ("articles remove", ABOUT, "移除文章及其全部事实\n\n其他文章也述及的事实仍然保留。"),
    ("articles remove", "articles", "要移除的文章，写法同 show"),
    ("articles remove", "store", "图谱库所在文件夹"),
    // show
    (
        "show",
        ABOUT,
        "显示库中对某个地区、企业、政策等的了解\n\n包括类型、名称、代码、由此出发和指向此处的事实以及数据，均注明文章、日期和原文。名称先按原样查找，再忽略全半角、大小写和空格查找，最后按名称的一部分查找。",
    ),
    ("show", "name", "名称、简称或地址，例如 武清区"),
    ("show", "store", "图谱库所在文件夹"),
    ("show", "kind", "只看此类型的实体，例如 园区"),
    ("show", "passages", "每条事实最多显示几段原文"),
    ("show", "format", "输出格式\n\ntext：供人阅读；json：供程序读取。"),
    // graph
    (
        "graph",
        ABOUT,
        "将实体周围的关系，或 CONSTRUCT 查询的结果，画成图\n\n多篇文章陈述的同一事实画成一条线，线的粗细表示文章数。实体过多时保留依据最充分的，并说明略去了什么。图中文字使用程序自带的字体，无需安装 Graphviz。",
    ),
    (
        "graph",
        AFTER,
        "示例：\n  yutu graph 武清区\n  yutu graph 武清区 京滨工业园 --hops 1 -o 武清.png --scale 2\n  yutu graph 园区:京滨工业园 --predicates 引进,聚焦 --format mermaid\n  yutu graph --query links.rq -o links.gexf",
    ),
    ("graph", "names", "实体的名称、简称或地址，可给出多个\n\n名称对应多个实体时，可加类型：园区:京滨工业园。"),
    ("graph", "store", "图谱库所在文件夹"),
    (
        "graph",
        "query",
        "画出此查询的结果而非实体的周围，- 表示标准输入\n\nCONSTRUCT、DESCRIBE，或含 ?subject ?predicate ?object 三列的 SELECT。",
    ),
    ("graph", "hops", "离所给实体的步数"),
    ("graph", "types", "只画这些类型的实体，以逗号分隔，例如 园区,企业"),
    ("graph", "predicates", "只画这些关系，以逗号分隔，例如 引进,位于"),
    ("graph", "max_nodes", "最多画这么多实体，保留文章数、置信度高且距离近的"),
    (
        "graph",
        "format",
        "输出格式［默认：由 --output 的扩展名决定，否则为 svg］\n\nsvg、png：图片；dot：Graphviz；graphml、gexf：yEd、NetworkX、Gephi；mermaid：Markdown 页面；json：Cytoscape.js；csv：nodes.csv 和 edges.csv。",
    ),
    (
        "graph",
        "output",
        "写入此文件（csv 为文件夹），- 表示标准输出［默认：以实体名称为文件名；dot、graphml、gexf、mermaid、json 写到标准输出］",
    ),
    (
        "graph",
        "engine",
        "由谁排布：程序自带的方法，或 Graphviz 的某个程序（须已安装）［可选：builtin、dot、neato、fdp、sfdp、circo、twopi、osage］",
    ),
    ("graph", "title", "图的标题［默认：由实体名称生成］"),
    ("graph", "no_legend", "不画图例"),
    ("graph", "scale", "png 每个单位的像素数"),
    ("graph", "fonts", "png 中自带字体没有的字，取自此字体文件；可给出多个"),
    // stats
    ("stats", ABOUT, "统计库中内容"),
    ("stats", "store", "图谱库所在文件夹"),
    ("stats", "format", "输出格式\n\ntext：供人阅读；json：供程序读取。"),
    // dump
    (
        "dump",
        ABOUT,
        "将图谱库导出为 RDF，用于备份或其他系统\n\n含图的格式（nq、trig、jsonld）每篇文章一个图；其他格式将全部事实合在一起，每条一次。",
    ),
    (
        "dump",
        AFTER,
        "示例：\n  yutu dump | zstd > facts.nq.zst\n  yutu dump -o facts.ttl\n  yutu dump --graph https://yutu.example/id/article/010ecba40770d3df --format trig",
    ),
    ("dump", "store", "图谱库所在文件夹"),
    (
        "dump",
        "format",
        "RDF 格式［默认：由 --output 的扩展名决定，否则为 nq］［可选：nq、trig、ttl、nt、jsonld、rdfxml］",
    ),
    ("dump", "graph", "只导出此图，例如某篇文章的地址"),
    ("dump", "output", "写入此文件而非标准输出；扩展名为 .gz 或 .zst 时压缩"),
    // load
    (
        "load",
        ABOUT,
        "将其他来源的 RDF 载入图谱库\n\n每个文件要么全部载入，要么都不载入。四元组保留其图；三元组归入 --graph 指定的图，否则归入以文件名命名的图。",
    ),
    (
        "load",
        AFTER,
        "示例：\n  yutu load divisions.ttl\n  yutu load facts.nq.zst\n  curl https://example.org/data.ttl | yutu load - --format ttl --graph https://example.org/data",
    ),
    ("load", "files", "nq、trig、ttl、nt、jsonld 或 rdf（RDF/XML）文件，也可为 .gz 或 .zst；- 表示标准输入"),
    ("load", "store", "图谱库所在文件夹"),
    ("load", "format", "RDF 格式［默认：由扩展名决定］［可选：nq、trig、ttl、nt、jsonld、rdfxml］"),
    ("load", "graph", "文件中没有指明图的内容归入此图"),
    // backup
    ("backup", ABOUT, "将图谱库复制到新文件夹\n\n副本可像原库一样使用。在同一磁盘上，原库变化之前副本几乎不占空间。"),
    ("backup", "folder", "新文件夹"),
    ("backup", "store", "图谱库所在文件夹"),
    // rebase
    (
        "rebase",
        ABOUT,
        "改写图谱库中实体、文章、陈述和图的地址，使其以另一前缀开头\n\n以 --from 开头的地址，无论处于主语、谓语、宾语、图名还是三元组项中，都改为以 --to 开头。改写后的库先写在原库旁边，写完才换上，故中途中断时原库完好，重新执行即可；原库保留在 DIR.old。检索索引一并重建。已改写过的库不会再变。其间其他程序不能使用此库，需有容纳第二份库的磁盘空间。",
    ),
    (
        "rebase",
        AFTER,
        "示例：\n  yutu rebase --to https://data.example.cn/id/\n  yutu serve --base-iri https://data.example.cn/id/\n  yutu rebase --from https://yutu.example/id/ --to https://data.example.cn/id/",
    ),
    ("rebase", "from", "要改写的地址前缀［默认：图谱库自己的前缀］"),
    ("rebase", "to", "新的前缀"),
    ("rebase", "store", "图谱库所在文件夹"),
    // serve
    (
        "serve",
        ABOUT,
        "通过 HTTP 回答 SPARQL 查询等\n\nSPARQL 1.1 查询发到 /sparql，图发到 /graphs；网页、检索和 REST 接口从 / 进入。图谱库以只读方式打开，其他读取者可同时使用；若有令牌允许写入，则接受带令牌的客户端的更新、图和文章，期间其他程序不能打开此库。按 Ctrl-C 会答完手头的请求再结束。详见 docs/serve.md。",
    ),
    (
        "serve",
        AFTER,
        "示例：\n  yutu serve\n  curl -H 'Accept: text/csv' --data-urlencode 'query=SELECT ?name { ?p a yutu:Park ; rdfs:label ?name }' http://127.0.0.1:7878/sparql\n  yutu token admin --file tokens.txt && yutu serve --tokens tokens.txt\n  yutu serve --config serve.toml",
    ),
    ("serve", "store", "图谱库所在文件夹"),
    ("serve", "in_memory", "在内存中提供一个空库，其默认图自成一图，供试用；未给令牌时任何人都可写入"),
    ("serve", "bind", "监听的地址和端口"),
    ("serve", "config", "从此 TOML 文件取选项：`timeout-s = 60`、`cors = true`；命令行上给出的优先"),
    (
        "serve",
        "base_iri",
        "实体、文章、陈述和图的地址前缀，例如 https://data.example.cn/id/［默认：图谱库自己的前缀］\n\n新库即用此前缀；前缀不同的库会被拒绝，可用 `yutu rebase` 改写。发往该主机的请求若转到这里，这些地址就指向相应事物的内容。",
    ),
    (
        "serve",
        "public_url",
        "服务的公开地址，例如 https://data.example.cn［默认：--base-iri 的主机，否则按请求中的主机名］",
    ),
    ("serve", "cors", "允许任何来源的网页查询"),
    ("serve", "tokens", "持有此文件中令牌者可以写入，各行由 `yutu token` 生成；也可用环境变量 YUTU_TOKENS"),
    ("serve", "private", "读取也须有令牌"),
    ("serve", "allow_host", "允许查询以 SERVICE 询问、更新以 LOAD 载入此主机：名称或 名称:端口；可给出多个"),
    ("serve", "tls_cert", "用此证书链（PEM）提供 TLS"),
    ("serve", "tls_key", "证书的私钥（PEM）"),
    ("serve", "timeout_s", "查询超过这么多秒即停止"),
    ("serve", "max_body_kib", "拒绝大于这么多 KiB 的查询"),
    ("serve", "max_upload_mib", "拒绝大于这么多 MiB 的更新、图和文章"),
    ("serve", "max_queries", "同时执行这么多个查询［默认：线程数的两倍］"),
    ("serve", "max_waiting", "另有这么多个查询可以等候"),
    ("serve", "wait_s", "查询等候超过这么多秒即谢绝"),
    ("serve", "max_result_mib", "结果大于这么多 MiB 即中断"),
    ("serve", "memory_mib", "各查询合计占用内存约以这么多 MiB 为限，所需超过剩余部分的查询即停止"),
    ("serve", "query_memory_mib", "查询占用内存约超过这么多 MiB 即停止"),
    ("serve", "max_connections", "最多保持这么多个连接"),
    ("serve", "cache_mib", "保存重复查询的结果，最多这么多 MiB；0 表示不保存"),
    ("serve", "backup_dir", "管理者可 POST 到 /admin/backup，将备份写到此文件夹"),
    ("serve", "no_search", "不提供全文检索"),
    ("serve", "drain_s", "收到结束的要求后先在 /readyz 说明，并继续服务这么多秒，使负载均衡器转向别处"),
    ("serve", "slow_ms", "查询用时超过这么多毫秒则记入日志"),
    ("serve", "access_log", "将每个请求记入日志"),
    ("serve", "log_format", "日志格式\n\ntext：供人阅读；json：每行一个 JSON 对象。"),
    ("serve", "models", "使用此文件夹中由 `yutu train` 写出的模型［默认：程序自带的］"),
    // token
    (
        "token",
        ABOUT,
        "生成令牌，使 `yutu serve` 的客户端可以写入\n\n输出令牌本身，它不保存在任何地方：请交给客户端。放行它的一行只含其摘要，追加到 `yutu serve --tokens` 的文件，或显示出来供环境变量 YUTU_TOKENS 使用。",
    ),
    (
        "token",
        AFTER,
        "示例：\n  yutu token admin --file tokens.txt\n  yutu token ingest --name news-desk --file tokens.txt",
    ),
    ("token", "role", "权限：read 读取，ingest 添加文章，admin 任意更改"),
    ("token", "file", "将该行追加到此文件"),
    ("token", "name", "给谁使用，作为该行的附注"),
    // train
    (
        "train",
        ABOUT,
        "用标注过的文章训练各环节的模型\n\n语料是一个文件夹，文件成对：NAME.txt（标题、正文、日期）和 NAME.json（其中的事实）。NAME 开头的字母表示作者：后面的环节从未见过该作者的模型的阅读结果中学习。同样的语料得到逐字节相同的模型。文件夹中 dev.txt 列出的文章留作评测，不参与训练。若有 reference.txt 列出作者，则“何种程度才算写明一条关系”只从这些作者的文章中学习；figures.txt 列出的作者，其文章只用于学习数据。5,000 篇文章在双核上约需 70 分钟。",
    ),
    ("train", AFTER, "示例：\n  yutu train --corpus data/corpus -o models\n  yutu extract --models models news.txt"),
    ("train", "corpus", "标注过的文章所在的文件夹"),
    ("train", "without", "略去这些作者的文章，供评测用"),
    ("train", "output", "写入模型的文件夹"),
    // corpus
    ("corpus", ABOUT, "标注过的文章：读入校正结果、检查、统计"),
    (
        "corpus import",
        ABOUT,
        "将用标注工具校正过的标注变成标注文章\n\n读取 brat、Label Studio 或 CoNLL 编辑器对 yutu extract 的输出所作的校正，写成 yutu train 和 yutu eval 读取的 NAME.txt 和 NAME.json。文件夹中已有的文章会被替换。错误逐条报告，有误的文章不写入，退出码为 1。",
    ),
    (
        "corpus import",
        AFTER,
        "示例：\n  yutu corpus import --format brat review/ -o mine/\n  yutu corpus import --format labelstudio export.json -o mine/ --writer li",
    ),
    ("corpus import", "paths", "此格式的文件，或存放这些文件的文件夹"),
    (
        "corpus import",
        "format",
        "标注的格式\n\nbrat：NAME.txt 和 NAME.ann；conll：每行一个字或词，最后一列是标签；labelstudio：Label Studio 导出的 JSON。",
    ),
    ("corpus import", "output", "语料所在的文件夹，不存在则创建"),
    (
        "corpus import",
        "writer",
        "表示文章作者的字母，新文章以此加序号命名\n\n划分语料时同一作者的文章不分开。名称已是小写字母加数字（如 li07）的文章保留原名。",
    ),
    ("corpus import", "predictions", "对 Label Studio：没有人标注的任务也读入，采用其预测"),
    (
        "corpus check",
        ABOUT,
        "检查标注过的文章\n\n每行报告一处：未知的类型、谓词和限定；缺失或重复的编号；原文中没有的名称，或同类型两个实体共有的名称；重复的、指向自身的或类型不合规范的关系；无法理解的时间；缺失的原文。有误时退出码为 1。",
    ),
    ("corpus check", "paths", "标注过的文章所在的文件夹，或其 .json 文件"),
    ("corpus stats", ABOUT, "统计语料内容"),
    ("corpus stats", "folders", "标注过的文章所在的文件夹"),
    ("corpus stats", "format", "输出格式\n\ntext：供人阅读；json：供程序读取。"),
    // eval
    (
        "eval",
        ABOUT,
        "对照标注评测抽取质量\n\n输出实体、关系和数据的准确率、召回率和 F1，以及 F1 的 95 % 区间（按文章抽样）。实体的类型和任一名称相符为对；关系的谓词和两端相符为对；数据的数值和单位相符为对，主体、时间和限定也相符为全对。标注为可选的事实不计。",
    ),
    (
        "eval",
        AFTER,
        "示例：\n  yutu eval --gold data/corpus --dev\n  yutu eval --gold mine/ --by-type --errors 40 --html report.html\n  yutu eval --gold data/corpus --dev --json base.json\n  yutu eval --gold data/corpus --dev --models new --compare base.json\n  yutu eval --gold data/corpus --cross-validate 5 --by-writer",
    ),
    ("eval", "gold", "标注过的文章所在的文件夹，文件成对：NAME.txt 和 NAME.json"),
    ("eval", "writers", "只用这些作者的文章（NAME 开头的字母）"),
    ("eval", "dev", "只用文件夹中 dev.txt 所列、留作评测的文章"),
    ("eval", "by_type", "并按类型、谓词和检测器分列"),
    ("eval", "errors", "并列出错误种类和这么多条错误"),
    ("eval", "reliability", "并检验置信度：分十档列出正确的比例"),
    ("eval", "json", "将全部数字写入此文件，- 表示写到标准输出而不输出表格"),
    ("eval", "compare", "与 --json 写出的数字比较，只计两边都有的文章"),
    ("eval", "html", "写出网页，逐篇显示找对、漏掉和多出的内容；无需网络"),
    (
        "eval",
        "cross_validate",
        "训练 K 次［默认：5］，每次留出一部分文章，并在留出的部分上评测\n\n用时是 yutu train 的 K 倍。每篇文章计一次，由未见过它的模型阅读。加上 --dev 时只用留作评测的文章训练和评测。",
    ),
    (
        "eval",
        "learning_curve",
        "以五分之四作者的文章的八分之一、四分之一、二分之一和全部训练，在其余作者的文章上评测\n\n用时约为 yutu train 的两倍。由此可见更多文章会带来什么。",
    ),
    ("eval", "by_writer", "与 --cross-validate 合用：同一作者的文章一起留出，使模型不熟悉其写法"),
    ("eval", "ablation", "只用部分检测器阅读，以及不作第二遍判断，输出一张表"),
    ("eval", "models", "使用此文件夹中由 yutu train 写出的模型［默认：程序自带的模型］"),
    ("extract", "models", "使用此文件夹中由 yutu train 写出的模型［默认：程序自带的模型］"),
    ("ingest", "models", "使用此文件夹中由 yutu train 写出的模型［默认：程序自带的模型］"),
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
    ("query", "store", "要查询的图谱库［默认：./yutu-store］"),
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

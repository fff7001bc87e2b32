//! Writes made-up articles with made-up facts into a store, as many facts each as an annotated article has on average, and
//! prints how long it took and how much memory it held at most. `scripts/bench_memory.sh` runs it at several sizes.
//!
//! `fill_store N DIR` fills a store; `fill_store N --nquads` and `fill_store N --jsonl` print quads or articles to standard output.

#![expect(clippy::print_stdout, reason = "a program of its own")]

use std::{error::Error, io::Write, path::Path, time::Instant};

use yutu::{
    model::{
        Article, Entity, EntityType, Evidence, Extraction, Mention, Modality, Observation, Predicate, Qualifier,
        Relation, Span, iri,
    },
    rdf,
    store::{Known, YutuStore},
};

const BATCH: usize = 32;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const REGIONS: &[&str] =
    &["武清", "蓟州", "滨海", "静海", "宝坻", "宁河", "北辰", "西青", "津南", "东丽", "雄安", "廊坊", "通州", "大兴"];
const WORDS: &[&str] =
    &["京滨", "华明", "海河", "天开", "渤海", "中新", "新源", "恒泰", "博瑞", "云图", "智谷", "蓝科", "德丰", "信达"];
const INDUSTRIES: &[&str] =
    &["生物医药", "智能科技", "高端装备制造", "新能源", "新材料", "大数据", "跨境电商", "现代物流"];
const INDICATORS: &[&str] = &["到位资金", "新增企业", "固定资产投资", "实现产值", "引进项目", "税收收入"];

fn name(kind: EntityType, dice: &mut Dice, number: usize) -> String {
    // A third of the names are common to many articles, the others occur once or twice.
    let serial = if dice.below(3) == 0 { dice.below(40) } else { number * 7 + dice.below(9) };
    let (region, word) = (dice.pick(REGIONS), dice.pick(WORDS));
    match kind {
        EntityType::Region => format!("{region}区"),
        EntityType::Park => format!("{region}{word}{serial}号工业园"),
        EntityType::Company => format!("{word}{serial}科技有限公司"),
        EntityType::Industry => dice.pick(INDUSTRIES).to_owned(),
        EntityType::Government => format!("{region}区发展改革委"),
        kind => format!("{region}{word}{}{serial}", kind.label_zh()),
    }
}

/// 42 entities, 75 mentions, 29 relations and 18 figures in 25 sentences: the means of the annotated corpus.
fn extraction(number: usize) -> Extraction {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (number as u64 + 1).wrapping_mul(0x2545_f491_4f6c_dd1d));
    let kinds = [EntityType::Region, EntityType::Park, EntityType::Company, EntityType::Company, EntityType::Industry];
    let mut named: Vec<(EntityType, String)> = Vec::new();
    while named.len() < 42 {
        let kind = match named.len() % 3 {
            0 => EntityType::ALL[dice.below(EntityType::ALL.len())],
            _ => kinds[dice.below(kinds.len())],
        };
        let name = name(kind, &mut dice, number);
        if !named.iter().any(|(_, known)| *known == name) {
            named.push((kind, name));
        } else {
            named.push((EntityType::Project, format!("{}{number}号工程", name)));
        }
    }
    let title = format!("{}{}建设第{number}号简报", named[0].1, named[1].1);
    let mut text: Vec<char> = title.chars().chain(['\n']).collect();
    let mut mentions: Vec<Vec<Mention>> = vec![Vec::new(); named.len()];
    let mut sentences: Vec<Evidence> = Vec::new();
    for sentence in 0..25 {
        let start = text.len();
        for slot in 0..3 {
            let index = (sentence * 3 + slot) % named.len();
            let begin = text.len();
            text.extend(named[index].1.chars());
            let span = Span::new(begin, text.len());
            let mention =
                Mention { span, text: named[index].1.clone(), detector: "made-up".to_owned(), confidence: 0.9 };
            mentions[index].push(mention);
            text.extend(["与", "聚焦", "。"][slot].chars());
        }
        sentences.push(Evidence { span: Span::new(start, text.len()), text: text[start..].iter().collect() });
        text.extend("各项工作稳步推进，营商环境持续优化，服务企业能力不断提升。".chars());
    }
    let body: String = text[title.chars().count() + 1..].iter().collect();
    let source = format!("https://news.example/{number}.html");
    let published = format!("2025-{:02}-{:02}", number % 12 + 1, number % 28 + 1);
    let entities: Vec<Entity> = (named.iter().zip(mentions).enumerate())
        .map(|(index, ((kind, name), mentions))| Entity {
            id: format!("e{}", index + 1),
            iri: iri::entity(*kind, name, None),
            kind: *kind,
            name: name.clone(),
            aliases: if index % 2 == 0 { vec![name.chars().take(4).collect()] } else { Vec::new() },
            confidence: 0.9,
            link: None,
            mentions,
        })
        .collect();
    let evidence = |dice: &mut Dice| sentences[dice.below(sentences.len())].clone();
    let relations = (0..29)
        .map(|index| {
            let (subject, predicate, object) = ends(&mut dice, &entities);
            Relation {
                id: format!("r{}", index + 1),
                subject: subject.id.clone(),
                predicate,
                object: object.id.clone(),
                confidence: 0.5 + dice.below(50) as f64 / 100.0,
                detector: "made-up".to_owned(),
                modality: Modality::Asserted,
                evidence: evidence(&mut dice),
            }
        })
        .collect();
    let observations = (0..18)
        .map(|index| Observation {
            id: format!("o{}", index + 1),
            subject: Some(entities[dice.below(entities.len())].id.clone()),
            indicator: dice.pick(INDICATORS).to_owned(),
            value: dice.below(100_000) as f64 / 100.0,
            unit: dice.pick(&["亿元", "家", "%", "万元"]).to_owned(),
            period: Some(dice.pick(&["2024", "2025-H1", "2025-06"]).to_owned()),
            qualifier: Qualifier::Exact,
            confidence: 0.8,
            detector: "made-up".to_owned(),
            evidence: evidence(&mut dice),
        })
        .collect();
    let article = Article::new(None, &title, &body, Some(published), Some(source));
    Extraction { article, entities, relations, observations, diagnostics: Vec::new() }
}

/// A relation between entities whose types it allows, as between real ones: without that everything would lie in everything.
fn ends<'a>(dice: &mut Dice, entities: &'a [Entity]) -> (&'a Entity, Predicate, &'a Entity) {
    loop {
        let predicate = Predicate::ALL[dice.below(Predicate::ALL.len())];
        let [subject, object] = [0, 1].map(|_| &entities[dice.below(entities.len())]);
        if subject.iri != object.iri && predicate.allows(subject.kind, object.kind) {
            return (subject, predicate, object);
        }
    }
}

fn fill(count: usize, folder: &Path) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let store = YutuStore::open(folder)?;
    let mut batch = Vec::with_capacity(BATCH);
    for number in 0..count {
        batch.push(extraction(number));
        if batch.len() == BATCH || number + 1 == count {
            store.replace_articles(&batch, Known::Keep)?;
            batch.clear();
        }
    }
    store.flush()?;
    let seconds = started.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown", str::trim);
    println!("{count} articles, {seconds:.2} s, {:.0} articles/s, peak memory {peak}", count as f64 / seconds);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, target] = arguments.as_slice() else {
        return Err("usage: fill_store N DIR|--nquads|--jsonl".into());
    };
    let count: usize = count.parse()?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match target.as_str() {
        "--nquads" => {
            for number in 0..count {
                for quad in rdf::encode(&extraction(number)) {
                    writeln!(out, "{quad} .")?;
                }
            }
        }
        "--jsonl" => {
            for number in 0..count {
                let article = extraction(number).article;
                let body = article.text.split_once('\n').map_or("", |(_, body)| body);
                let line = serde_json::json!({"title": article.title, "text": body, "published": article.published, "source": article.source});
                writeln!(out, "{line}")?;
            }
        }
        folder => fill(count, Path::new(folder))?,
    }
    Ok(())
}

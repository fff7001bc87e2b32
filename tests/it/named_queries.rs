//! Every query of queries/ on sample articles: it parses, runs, and answers where its header says so.

use std::{collections::BTreeSet, path::Path, time::Duration};

use oxigraph::{model::Term, sparql::QueryResults};
use yutu::{
    gold::read_corpus,
    model::{Evidence, Extraction, Modality, Predicate, Span},
    query::{self, Catalog, Layout, NamedQuery, ParameterError, QueryError, ResultFormat, Target},
    store::{Known, YutuStore},
};

/// The line of the text that names both, else the longest: gold has no passages of its own.
fn passage(text: &str, names: &[&str]) -> Evidence {
    let mut start = 0;
    let mut best: Option<(usize, Evidence)> = None;
    for line in text.split('\n') {
        let length = line.chars().count();
        let met = names.iter().filter(|name| line.contains(**name)).count();
        if best.as_ref().is_none_or(|(most, evidence)| met > *most || (met == *most && length > evidence.span.len())) {
            best = Some((met, Evidence { span: Span::new(start, start + length), text: line.to_owned() }));
        }
        start += length + 1;
    }
    best.expect("a text has a line").1
}

/// Gold as a pipeline would give it: passages, some facts less sure than others, some planned.
pub(crate) fn sample() -> Vec<Extraction> {
    let corpus = read_corpus(Path::new("tests/fixtures/queries")).expect("the fixtures are gold");
    corpus
        .iter()
        .map(|article| {
            let mut extraction = article.extraction();
            let name = |id: &str| {
                extraction.entities.iter().find(|entity| entity.id == id).map_or("", |entity| entity.name.as_str())
            };
            for (index, relation) in extraction.relations.iter_mut().enumerate() {
                relation.evidence =
                    passage(&extraction.article.text, &[name(&relation.subject), name(&relation.object)]);
                relation.confidence = if index % 7 == 6 { 0.4 } else { 0.9 };
                if relation.predicate == Predicate::Develops {
                    relation.modality = Modality::Planned;
                }
            }
            for observation in &mut extraction.observations {
                let value = observation.value.to_string();
                observation.evidence = passage(&extraction.article.text, &[&observation.indicator, &value]);
            }
            extraction
        })
        .collect()
}

fn store() -> YutuStore {
    let store = YutuStore::in_memory().expect("a store");
    store.replace_articles(&sample(), Known::Keep).expect("taken");
    store
}

fn ask(store: &YutuStore, query: &NamedQuery, given: &[(String, String)]) -> Result<(String, u64), QueryError> {
    let target = Target::Store(store);
    let prepared = query::prepare(&query.text, &query.parameters, given, target, None)?;
    let layout = Layout { format: None, is_for_people: false, limit: None, width: None, base: target.base() };
    let mut out = Vec::new();
    let limit = Some(Duration::from_secs(60));
    let written = target.ask(&prepared.sparql, limit, |answer| query::formats::write(answer, &layout, &mut out))?;
    Ok((String::from_utf8(out).expect("UTF-8"), written.count))
}

fn answer(name: &str, given: &[(&str, &str)]) -> String {
    let catalog = Catalog::builtin().expect("good queries");
    let given: Vec<_> = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    ask(&store(), catalog.find(name).expect("a query"), &given).expect("an answer").0
}

#[test]
fn the_catalog_is_the_folder() {
    let files: BTreeSet<String> = std::fs::read_dir("queries")
        .expect("the folder")
        .filter_map(|entry| entry.expect("an entry").file_name().to_str()?.strip_suffix(".rq").map(str::to_owned))
        .collect();
    let catalog = Catalog::builtin().expect("good queries");
    let known: BTreeSet<String> = catalog.queries().iter().map(|query| query.name.clone()).collect();
    assert_eq!(known, files);
    assert!(known.len() >= 32 && known.len() == catalog.queries().len());
}

#[test]
fn every_query_answers_its_examples() {
    let store = store();
    let mut wrong = Vec::new();
    for query in Catalog::builtin().expect("good queries").queries() {
        match ask(&store, query, &query.examples()) {
            Err(error) => wrong.push(format!("{}: {error:?}", query.name)),
            Ok((text, count)) => {
                if (count > 0) != query.has_rows {
                    wrong.push(format!("{}: {count} rows", query.name));
                }
                let rows: Vec<&str> = text.lines().skip(1).collect();
                let distinct: BTreeSet<&str> = rows.iter().copied().collect();
                if query.name != "entity-graph" && distinct.len() != rows.len() {
                    wrong.push(format!(
                        "{}: {} of {} rows are duplicates",
                        query.name,
                        rows.len() - distinct.len(),
                        rows.len()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_query_runs_with_its_defaults_on_an_empty_store() {
    let empty = YutuStore::in_memory().expect("a store");
    for query in Catalog::builtin().expect("good queries").queries() {
        let needed: Vec<_> = (query.parameters.iter())
            .filter(|parameter| parameter.default.is_none())
            .map(|parameter| {
                let value = match parameter.kind {
                    query::ParameterType::Entity(_) | query::ParameterType::Article => "urn:none",
                    _ => parameter.example.as_str(),
                };
                (parameter.name.clone(), value.to_owned())
            })
            .collect();
        let (_, count) = ask(&empty, query, &needed).unwrap_or_else(|error| panic!("{}: {error:?}", query.name));
        assert!(count == 0 || query.name == "is-stated", "{}", query.name);
    }
}

/// An optional parameter that is left out must not hide anything.
#[test]
fn what_is_found_for_one_is_found_for_all() {
    let store = store();
    for query in Catalog::builtin().expect("good queries").queries() {
        let (needed, optional): (Vec<_>, Vec<_>) =
            query.examples().into_iter().zip(&query.parameters).partition(|(_, parameter)| parameter.default.is_none());
        if optional.is_empty() {
            continue;
        }
        let needed: Vec<_> = needed.into_iter().map(|(given, _)| given).collect();
        let some = ask(&store, query, &query.examples()).expect("an answer").1;
        let all = ask(&store, query, &needed).expect("an answer").1;
        assert!(all >= some, "{}: {all} < {some}", query.name);
    }
}

#[test]
fn parks_are_found_through_the_parts_of_a_region() {
    let parks = answer("parks-in-region", &[("region", "天津市")]);
    for park in ["天津西青经济技术开发区", "海河教育园区", "赛达国际工业城"] {
        assert!(parks.contains(park), "{park} is not in {parks}");
    }
    let rows = parks.lines().filter(|line| line.starts_with("海河教育园区,")).count();
    assert_eq!(rows, 1, "stated by two articles, one row: {parks}");
}

#[test]
fn evidence_is_the_passage_of_the_article_that_the_row_names() {
    let text = answer("parks-in-region", &[("region", "武清")]);
    let row = text.lines().find(|line| line.starts_with("京滨工业园,")).expect("a row");
    assert!(row.contains("武清区京滨工业园再添生物医药项目,2025-03-10"), "{row}");
    assert!(row.contains("武清区计划建设津武线,依托京滨工业园引进诺禾致源"), "{row}");
}

#[test]
fn paths_show_the_direction_of_relations() {
    let paths = answer("paths", &[("from", "廊坊市"), ("to", "揭榜挂帅")]);
    assert!(paths.contains("2,廊坊市 ←cooperatesWith— 武清区 —implements→ 揭榜挂帅\r"), "{paths}");
}

#[test]
fn money_is_ordered_with_its_units_multiplied_out() {
    let money = answer("largest-investments", &[]);
    let amounts: Vec<f64> = money.lines().skip(1).filter_map(|line| line.split(',').nth(5)?.parse().ok()).collect();
    assert!(amounts.len() > 5 && amounts.is_sorted_by(|a, b| a >= b), "{money}");
}

#[test]
fn two_articles_that_differ_are_set_side_by_side() {
    let differing = answer("conflicting-figures", &[]);
    assert!(differing.contains("武清区,到位资金,2024,141亿元"), "{differing}");
    assert_eq!(differing.lines().count(), 2, "{differing}");
}

#[test]
fn names_are_found_with_or_without_their_ending() {
    assert_eq!(answer("articles-about", &[("entity", "武清")]), answer("articles-about", &[("entity", "武清区")]));
    let both = answer("parks-in-region", &[("region", "武清"), ("region", "西青")]);
    assert!(both.contains("京滨工业园") && both.contains("微电子小镇"), "{both}");
}

#[test]
fn a_name_that_nothing_has_is_told_with_similar_ones() {
    let catalog = Catalog::builtin().expect("good queries");
    let query = catalog.find("entity-facts").expect("a query");
    let error = ask(&store(), query, &[("entity".into(), "京滨工".into())]);
    assert!(error.is_ok(), "a part of one name only: {error:?}");
    let error = ask(&store(), query, &[("entity".into(), "天开".into())]).expect_err("many");
    let QueryError::Parameter(ParameterError::NoSuchName { similar, .. }) = &error else { panic!("{error:?}") };
    assert!(similar.iter().any(|name| name == "天开高教科创园 (Park)"), "{similar:?}");
}

#[test]
fn a_name_cannot_break_out_of_the_query() {
    let catalog = Catalog::builtin().expect("good queries");
    let store = store();
    for value in
        ["\" } ?s ?p ?o . { ?x rdfs:label \"", "'''", "武清区\"\n}", "\\\"", "<urn:x> } UNION { ?a ?b ?c", "urn:x> }"]
    {
        let query = catalog.find("parks-in-region").expect("a query");
        let result = ask(&store, query, &[("region".into(), value.into())]);
        assert!(matches!(result, Err(QueryError::Parameter(ParameterError::NoSuchName { .. }))), "{value}: {result:?}");
        let query = catalog.find("figures-by-indicator").expect("a query");
        let count = ask(&store, query, &[("indicator".into(), value.into())]).map(|(_, count)| count);
        assert_eq!(count.expect("a query still"), 0, "{value}");
    }
}

#[test]
fn a_syntax_error_has_its_place_in_the_text_as_written() {
    for (text, line, column, words) in [
        ("SELECT ?a\nWHERE { ?区 ?b }", 2, 15, "不能是 `}`"),
        ("SELECT ?a\nWERE { ?a ?b ?c }", 2, 1, "不能是 `WERE`"),
        ("SELECT ?a WHERE { ?c yutu:b ?d . } GROUP BUY ?a", 1, 42, "不能是 `BUY`"),
        ("SELECT ?a WHERE { ?c yutu:b ?d FILTR(?x) }", 1, 32, "不能是 `FILTR`"),
        ("SELECT ?a (COUNT(?b)) WHERE { ?a ?b ?c }", 1, 21, "不能是 `)`"),
        ("SELECT ?a\nWHERE {\n ?a ?b ?c\n\n", 3, 10, "提前结束"),
        ("SELEC ?a", 1, 1, "不能是 `SELEC`"),
        ("SELECT ?a WHERE { ?a ?b ?c } GROUP BY ?b", 1, 41, "unbound"),
        ("SELECT ?a # 查询\nWHERE { ?a ?b \"x }", 2, 15, "不能是 `\"x }`"),
        ("ASK { ?a yutu:locatedIn nope:x }", 1, 25, "前缀 `nope:` 未声明"),
        ("", 1, 1, "提前结束"),
    ] {
        match query::check(text) {
            Err(QueryError::Syntax(error)) => {
                assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
                assert!(error.in_chinese().contains(words), "{text}: {}", error.in_chinese());
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn an_endless_query_is_stopped_in_time() {
    let store = store();
    let endless = "SELECT (COUNT(*) AS ?n) { ?a a ?t . ?b a ?t . ?c a ?t . ?d a ?t . ?e a ?t }";
    let limit = Duration::from_millis(100);
    let started = std::time::Instant::now();
    let result = Target::Store(&store).ask(endless, Some(limit), |answer| match answer {
        QueryResults::Solutions(mut rows) => rows.next().transpose().map_err(QueryError::Evaluation),
        _ => Ok(None),
    });
    assert!(matches!(result, Err(QueryError::TimedOut { .. })), "{result:?}");
    assert!(matches!(query::explain(&store, endless, Some(limit)), Err(QueryError::TimedOut { .. })));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_plan_is_an_outline() {
    let plan = query::explain(&store(), "SELECT ?p { ?p a yutu:Park ; rdfs:label ?n } LIMIT 3", None).expect("a plan");
    let outline = query::outline(&plan);
    assert!(outline.lines().count() > 3 && outline.contains("rows"), "{outline}");
}

#[test]
fn a_facts_evidence_is_told_by_each_article() {
    let store = store();
    let catalog = Catalog::builtin().expect("good queries");
    let query = catalog.find("fact-evidence").expect("a query");
    let prepared = query::prepare(&query.text, &query.parameters, &query.examples(), Target::Store(&store), None);
    let titles = Target::Store(&store).ask(&prepared.expect("filled in").sparql, None, |answer| match answer {
        QueryResults::Solutions(rows) => Ok(rows
            .filter_map(|row| match row.ok()?.get("title") {
                Some(Term::Literal(title)) => Some(title.value().to_owned()),
                _ => None,
            })
            .collect::<Vec<_>>()),
        _ => Ok(Vec::new()),
    });
    assert_eq!(titles.expect("rows"), ["武清区2025年政府工作报告（摘要）", "武清区京滨工业园再添生物医药项目"]);
}

#[test]
fn triples_of_an_entity_are_turtle() {
    let turtle = answer("entity-graph", &[("entity", "武清区")]);
    assert!(turtle.starts_with("@prefix") && turtle.contains("yutu:implements"), "{turtle}");
    assert_eq!(ResultFormat::ALL.len(), 9);
}

//! Text in, relations out, by a model that is trained here on a handful of sentences, and by the one that comes with the program.

use std::sync::{Arc, OnceLock};

use crate::{
    learn::{BoostOptions, MultiOptions, network::NetworkOptions},
    model::{Article, EntityType, Modality, Predicate, Relation},
    relate::testing::{entities, segmenter},
    text::Text,
};

use super::{
    RelationModel, RelationSample, RelationTraining,
    habits::{Habits, Judged},
    relations, train,
};

/// The relations of a text as `subject predicate object` lines, sorted.
fn stated(model: &RelationModel, body: &str, names: &[(&str, EntityType)]) -> (Vec<String>, Vec<Relation>) {
    stated_on(model, None, body, names)
}

fn stated_on(
    model: &RelationModel,
    date: Option<&str>,
    body: &str,
    names: &[(&str, EntityType)],
) -> (Vec<String>, Vec<Relation>) {
    let article = Article::new(None, "某地动态", body, date.map(str::to_owned), None);
    let text = Text::new(&article.text, segmenter());
    let entities = entities(&article.text, names);
    let found = relations(&article, &text, &entities, model);
    let name = |id: &str| entities.iter().find(|entity| entity.id == id).map_or("", |entity| &entity.name);
    let mut lines: Vec<String> =
        found.iter().map(|r| format!("{} {} {}", name(&r.subject), r.predicate, name(&r.object))).collect();
    lines.sort();
    (lines, found)
}

pub(super) fn toy_samples() -> Vec<RelationSample> {
    use EntityType::{Company, Industry, Park};
    let parks = ["京滨工业园", "武清开发区", "空港经济区", "南港工业区", "泰达西区", "滨海科技园"];
    let firms = ["诺禾致源", "康希诺生物", "合源生物", "红日药业", "云圣智能", "博雅辑因"];
    let fields = ["生物医药", "智能科技", "现代中药", "新材料", "航空航天", "集成电路"];
    let mut samples = Vec::new();
    for round in 0..36 {
        let (park, firm, other) = (parks[round % 6], firms[(round / 2) % 6], firms[(round / 2 + 3) % 6]);
        let (field, second) = (fields[(round / 3) % 6], fields[(round / 3 + 2) % 6]);
        let body = format!("{park}引进{firm}、{other}。园区聚焦{field}和{second}。{firm}昨日举行年会。");
        let article = Article::new(None, "某地动态", &body, None, None);
        let names = [(park, Park), (firm, Company), (other, Company), (field, Industry), (second, Industry)];
        samples.push(RelationSample {
            detected: false,
            reference: false,
            text: Arc::new(Text::new(&article.text, segmenter())),
            entities: entities(&article.text, &names),
            relations: vec![
                (0, Predicate::Attracts, 1),
                (0, Predicate::Attracts, 2),
                (0, Predicate::FocusesOn, 3),
                (0, Predicate::FocusesOn, 4),
            ],
            unsure: Vec::new(),
            unsure_entities: vec![false; 5],
            lost: Vec::new(),
            group: format!("g{}", round % 4),
            seed: round as u64 + 1,
        });
    }
    samples
}

fn toy_options() -> RelationTraining {
    let trees = BoostOptions { trees: 30, rate: 0.2, min_weight: 0.5, columns_percent: 80, ..BoostOptions::default() };
    let network = NetworkOptions { epochs: 6, word_count: 1, char_count: 1, ..NetworkOptions::default() };
    RelationTraining {
        folds: 2,
        noisy_copies: 0,
        linear: MultiOptions::default(),
        network_count: 2,
        network,
        first: trees,
        second: trees,
    }
}

fn toy_model() -> &'static RelationModel {
    static MODEL: OnceLock<RelationModel> = OnceLock::new();
    MODEL.get_or_init(|| train(&toy_samples(), toy_options()))
}

/// The model that the program brings.
fn builtin() -> RelationModel {
    let packed = include_bytes!("../../../data/models/relations.bin.zst");
    RelationModel::from_bytes(&crate::packed::unpack(packed)).expect("the program's own model is whole")
}

#[test]
fn enumeration_items_share_the_verb() {
    use EntityType::{Company, Park};
    let names = [("临港产业园", Park), ("远大科技", Company), ("中源协和", Company)];
    let (lines, _) = stated(toy_model(), "临港产业园引进远大科技、中源协和。", &names);
    assert_eq!(lines, ["临港产业园 attracts 中源协和", "临港产业园 attracts 远大科技"]);
}

#[test]
fn a_habit_of_listing_moves_what_is_found() {
    use EntityType::{Company, Park};
    let names = [("临港产业园", Park), ("远大科技", Company), ("中源协和", Company)];
    let confidence = |habits: Habits| {
        let model = RelationModel { habits, ..toy_model().clone() };
        let (_, found) = stated(&model, "临港产业园引进远大科技、中源协和。", &names);
        found.first().map_or(0.0, |relation| relation.confidence)
    };
    let listed = |stated| {
        let judged = Judged { predicate: Predicate::Attracts, subject: Park, object: Company, score: 0.0, stated };
        confidence(Habits::learn(&[judged; 400]))
    };
    let plain = confidence(Habits::NONE);
    assert!(listed(false) < plain && plain < listed(true), "{} {plain} {}", listed(false), listed(true));
}

#[test]
fn a_subject_left_out_is_the_last_one_named() {
    use EntityType::{Company, Industry, Park};
    let names = [
        ("临港产业园", Park),
        ("远大科技", Company),
        ("中源协和", Company),
        ("海洋装备", Industry),
        ("轻工", Industry),
    ];
    let (lines, _) =
        stated(toy_model(), "临港产业园引进远大科技、中源协和。园区聚焦海洋装备和轻工。远大科技昨日举行年会。", &names);
    assert!(lines.contains(&"临港产业园 focusesOn 海洋装备".to_owned()), "{lines:?}");
    assert!(lines.contains(&"临港产业园 focusesOn 轻工".to_owned()), "{lines:?}");
}

#[test]
fn training_twice_gives_the_same_bytes_and_they_read_back() {
    let again = train(&toy_samples(), toy_options()).to_bytes();
    assert_eq!(again, toy_model().to_bytes());
    assert_eq!(RelationModel::from_bytes(&again).expect("reads back").to_bytes(), again);
    assert!(RelationModel::from_bytes(&again[..again.len() / 2]).is_err());
    let mut none = toy_model().clone();
    none.readers.networks.clear();
    assert!(RelationModel::from_bytes(&none.to_bytes()).is_err(), "without a network");
}

#[test]
fn order_and_ids_of_entities_do_not_matter() {
    use EntityType::{Company, Park};
    let body = "临港产业园引进远大科技、中源协和。";
    let names = [("临港产业园", Park), ("远大科技", Company), ("中源协和", Company)];
    let turned = [names[2], names[0], names[1]];
    assert_eq!(stated(toy_model(), body, &names).0, stated(toy_model(), body, &turned).0);
}

#[test]
fn no_entities_no_relations() {
    assert!(stated(toy_model(), "今天天气很好。", &[]).0.is_empty());
    assert!(stated(toy_model(), "", &[("幽灵公司", EntityType::Company)]).0.is_empty());
}

#[test]
fn noise_is_the_same_every_time() {
    let sample = &toy_samples()[0];
    assert_eq!(sample.with_noise(3).entities, sample.with_noise(3).entities);
}

#[test]
fn the_builtin_model_reads_plain_statements() {
    use EntityType::{Company, Government, Industry, Park, Region};
    let names = [
        ("武清区", Region),
        ("天津市", Region),
        ("京滨工业园", Park),
        ("诺禾致源", Company),
        ("智能科技", Industry),
        ("生物医药", Industry),
        ("武清区人社局", Government),
    ];
    let body = "天津市武清区加快发展。京滨工业园位于武清区,重点发展智能科技、生物医药等产业,引进诺禾致源等企业。武清区人社局送服务上门。";
    let (lines, found) = stated(&builtin(), body, &names);
    for line in [
        "武清区 partOf 天津市",
        "京滨工业园 locatedIn 武清区",
        "京滨工业园 focusesOn 智能科技",
        "京滨工业园 focusesOn 生物医药",
        "京滨工业园 attracts 诺禾致源",
        "武清区人社局 jurisdiction 武清区",
    ] {
        assert!(lines.contains(&line.to_owned()), "{line} is not among {lines:?}");
    }
    for relation in &found {
        assert!(relation.evidence.text.chars().count() == relation.evidence.span.len());
        assert!((0.0..=1.0).contains(&relation.confidence));
        assert_eq!(relation.modality, Modality::Asserted);
    }
    let attracts = found.iter().find(|r| r.predicate == Predicate::Attracts).expect("found above");
    assert_eq!(
        (attracts.detector.as_str(), attracts.evidence.text.contains("引进诺禾致源")),
        ("frame:引进+model+network", true)
    );
    assert!(found.iter().enumerate().all(|(index, r)| r.id == format!("r{}", index + 1)));
}

#[test]
fn plans_are_marked_as_such() {
    use EntityType::{Company, Park};
    let names = [("武清开发区", Park), ("诺禾致源", Company)];
    let (_, found) = stated(&builtin(), "诺禾致源计划落户武清开发区。", &names);
    assert!(!found.is_empty());
    assert!(found.iter().all(|relation| relation.modality == Modality::Planned));
    // A year that is still to come tells of a plan, too.
    let modality = |date: Option<&str>| {
        let (_, found) = stated_on(&builtin(), date, "到2028年，武清开发区引进诺禾致源。", &names);
        found.first().map(|relation| relation.modality)
    };
    assert_eq!(modality(Some("2025-03-01")), Some(Modality::Planned));
    assert_eq!(modality(Some("2029-03-01")), Some(Modality::Asserted));
    assert_eq!(modality(None), Some(Modality::Asserted));
}

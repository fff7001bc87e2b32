//! Claims about whole texts: text in, figures out.

use super::*;
use crate::{
    model::EntityType,
    relate::testing::{entities, segmenter},
};

/// Figures of an article of 2025-05-19, one a line: value, unit, qualifier, period, subject.
fn figures(body: &str, names: &[(&str, EntityType)]) -> Vec<String> {
    let article = Article::new(None, "武清区招商引资提质增效", body, Some("2025-05-19".to_owned()), None);
    let text = Text::new(&article.text, segmenter());
    let entities = entities(&article.text, names);
    let model = builtin();
    observations(&article, &text, &entities, &model)
        .0
        .iter()
        .map(|o| {
            let subject =
                o.subject.as_deref().and_then(|id| entities.iter().find(|e| e.id == id)).map_or("-", |e| &e.name);
            format!("{} {} {} {} {subject}", o.value, o.unit, o.qualifier, o.period.as_deref().unwrap_or("-"))
        })
        .collect()
}

/// Value, unit and qualifier of the scanner's candidates, whatever the models make of them.
fn candidates(body: &str) -> Vec<(f64, String)> {
    let article = Article::new(None, "题", body, Some("2025-05-19".to_owned()), None);
    let text = Text::new(&article.text, segmenter());
    let prepared = Prepared::new(&article, &text, &[]);
    prepared.scan.figures.iter().map(|f| (f.value, f.unit.written.clone())).collect()
}

fn periods(body: &str) -> Vec<String> {
    let article = Article::new(None, "题", body, Some("2025-05-19".to_owned()), None);
    let text = Text::new(&article.text, segmenter());
    let prepared = Prepared::new(&article, &text, &[]);
    prepared.scan.times.iter().filter_map(|t| t.readings.first().map(|p| p.to_string())).collect()
}

#[test]
fn a_name_with_thousands_is_found_where_it_stands() {
    let text = Text::new("题\n年产１,８００万张板材，年产1,800万张板材。", segmenter());
    let found: Vec<String> = Page::new(&text).find("年产1,800万张板材").map(|span| text.surface(span)).collect();
    assert_eq!(found, ["年产１,８００万张板材", "年产1,800万张板材"]);
}

/// What follows from the times beside their readings.
fn derived(body: &str) -> Vec<String> {
    let article = Article::new(None, "题", body, Some("2025-05-19".to_owned()), None);
    let text = Text::new(&article.text, segmenter());
    let prepared = Prepared::new(&article, &text, &[]);
    let derived = prepared.scan.times.iter().flat_map(|time| &time.derived);
    derived.map(|(how, period)| format!("{} {period}", how.name())).collect()
}

const WUQING: &[(&str, EntityType)] = &[("武清区", EntityType::Region)];

/// The model that the program brings.
fn builtin() -> FigureModel {
    let packed = include_bytes!("../../../data/models/figures.bin.zst");
    FigureModel::from_bytes(&crate::packed::unpack(packed)).expect("the program's own model is whole")
}

#[test]
fn a_sentence_with_three_figures_gives_three_observations() {
    assert_eq!(
        figures("2024年，武清区新签约项目404个，到位资金477.27亿元，同比增长80.54%。", WUQING),
        ["404 个 exact 2024 武清区", "477.27 亿元 exact 2024 武清区", "80.54 % growth 2024 武清区"]
    );
}

#[test]
fn vague_numbers_become_bounds() {
    let cases: &[(&str, f64, &str)] = &[
        ("引进项目百余项", 100.0, "项"),
        ("引进企业二十二家", 22.0, "家"),
        ("投资两千余万元", 2000.0, "万元"),
        ("奖励1,300万元", 1300.0, "万元"),
        ("占比三成以上", 30.0, "%"),
        ("占七成五", 75.0, "%"),
        ("占比近半", 50.0, "%"),
        ("路程半小时", 0.5, "小时"),
        ("总数翻一番", 100.0, "%"),
        ("总数翻了两番", 300.0, "%"),
        ("占三分之一", 33.3, "%"),
        ("按百分之五奖励", 5.0, "%"),
        ("按千分之二奖励", 2.0, "‰"),
        ("投入一点二亿元", 1.2, "亿元"),
        ("用了一个半小时", 1.5, "小时"),
        ("贷款20个亿", 20.0, "亿"),
        ("产能600万吨/年", 600.0, "万吨/年"),
        ("产值1.2 万亿元", 1.2, "万亿元"),
        ("收税2 0万元", 20.0, "万元"),
        ("装机295GWh", 295.0, "GWh"),
        ("时间缩短3个多月", 3.0, "个月"),
        ("引进80家企业", 80.0, "家"),
        ("耗电31千瓦时", 31.0, "千瓦时"),
        ("耗电3亿千瓦时", 3.0, "亿千瓦时"),
        ("团队29个人", 29.0, "人"),
        ("建成10个人工智能项目", 10.0, "个"),
        ("调解纠纷760多起", 760.0, "起"),
        ("下调25个基点", 25.0, "个基点"),
        ("产能30万锭", 30.0, "万锭"),
    ];
    for (text, value, unit) in cases {
        assert_eq!(candidates(text), [(*value, (*unit).to_owned())], "{text}");
    }
}

#[test]
fn a_range_is_two_figures_with_one_unit() {
    assert_eq!(candidates("补贴3-5万元"), [(3.0, "万元".to_owned()), (5.0, "万元".to_owned())]);
    assert_eq!(candidates("每月3至5家"), [(3.0, "家".to_owned()), (5.0, "家".to_owned())]);
    assert_eq!(candidates("由40天压缩到10天"), [(40.0, "天".to_owned()), (10.0, "天".to_owned())]);
}

#[test]
fn times_without_a_date_to_reckon_from_are_reported() {
    let diagnostics = |date: Option<&str>, body: &str| {
        let article = Article::new(None, "题", body, date.map(str::to_owned), None);
        let text = Text::new(&article.text, segmenter());
        let (_, diagnostics) = observations(&article, &text, &[], &builtin());
        diagnostics.iter().map(|d| text.surface(d.span.expect("a place"))).collect::<Vec<_>>()
    };
    let body = "到位资金38.6亿元，去年为30亿元，今年再增8%。";
    assert_eq!(diagnostics(None, body), ["去年"]);
    assert_eq!(diagnostics(Some("2025-05-19"), body), Vec::<String>::new());
    assert_eq!(diagnostics(None, "2024年，到位资金38.6亿元，去年为30亿元。"), Vec::<String>::new());
}

#[test]
fn dates_and_names_are_no_figures() {
    for text in [
        "2024年3月18日",
        "二〇二四年",
        "“十四五”期间",
        "津政发〔2024〕113号",
        "第三届",
        "成立于去年",
        "一起从零起步",
        "十分重要",
        "9时30分",
        "前4个月",
        "V2.0版",
    ] {
        assert!(
            candidates(text).iter().all(|(_, unit)| unit.is_empty() || unit == "届"),
            "{text}: {:?}",
            candidates(text)
        );
    }
    assert!(figures("武清区落实链长制，打造三大载体，举办第三届融通大会。", WUQING).is_empty());
}

#[test]
fn times_are_resolved_by_the_date_of_the_article() {
    let cases: &[(&str, &[&str])] = &[
        ("今年前4个月", &["2025-01/2025-04"]),
        ("去年", &["2024"]),
        ("去年9月", &["2024-09"]),
        ("一季度", &["2025-Q1"]),
        ("2024年上半年", &["2024-H1"]),
        ("截至2023年底", &["2023"]),
        ("到2027年", &["2027"]),
        ("“十四五”期间", &["2021/2025"]),
        ("“十五”期间", &["2001/2005"]),
        ("3月18日", &["2025-03-18"]),
        ("11月", &["2024-11"]),
        ("2021-2023年", &["2021/2023"]),
        ("2023年12月至今", &["2023-12"]),
        ("1-4月", &["2025-01/2025-04"]),
        ("1—6月", &["2024-H1"]),
        ("2024年7月至12月", &["2024-H2"]),
        ("前3个月", &["2025-Q1"]),
        ("2023年1-12月", &["2023"]),
        ("1—6月完成一半，当月", &["2024-H1", "2024-06"]),
        ("2019年以来", &["2019/2025"]),
        ("近三年", &["2023/2025"]),
        ("全年", &["2025"]),
        ("“五一”假期", &["2025-05-01/2025-05-05"]),
        ("二〇二四年", &["2024"]),
    ];
    for (text, expected) in cases {
        assert_eq!(periods(text), *expected, "{text}");
    }
}

#[test]
fn qualifiers_follow_their_cues() {
    let cases: &[(&str, &str)] = &[
        ("武清区生产总值突破780亿元。", "780 亿元 atLeast"),
        ("武清区实施范围约106平方公里。", "106 平方公里 about"),
        ("武清区企业超过1300家。", "1300 家 atLeast"),
        ("武清区对企业最高奖励500万元。", "500 万元 atMost"),
        ("武清区审批时限压缩60%。", "60 % decline"),
        ("武清区固定资产投资增长7.3%。", "7.3 % growth"),
        ("武清区总投资6.2亿元。", "6.2 亿元 exact"),
        ("武清区现有企业百余家。", "100 家 atLeast"),
    ];
    for (text, expected) in cases {
        let found = figures(text, WUQING);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{text}: {found:?}");
    }
}

#[test]
fn every_figure_stands_in_its_evidence_and_runs_agree() {
    // Any text will do: pieces in changing order, cut anywhere.
    let pieces = [
        "武清区",
        "2024年",
        "百",
        "余",
        "1,3",
        "半",
        "亿元",
        "翻",
        "番",
        "一二",
        "%",
        "“",
        "。",
        "\n",
        "3-",
        "万",
        "个",
        "(",
        "第",
        "点",
    ];
    let mut random = 7usize;
    let model = builtin();
    for _ in 0..400 {
        let body: String = (0..30)
            .map(|_| {
                random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                pieces[(random >> 33) % pieces.len()]
            })
            .collect();
        let article = Article::new(None, "题", &body, Some("2025-05-19".to_owned()), None);
        let text = Text::new(&article.text, segmenter());
        let entities = entities(&article.text, WUQING);
        let (found, _) = observations(&article, &text, &entities, &model);
        assert_eq!(found, observations(&article, &text, &entities, &model).0);
        for o in &found {
            assert_eq!(text.surface(o.evidence.span), o.evidence.text);
            assert!(o.value.is_finite() && (0.0..=1.0).contains(&o.confidence), "{body}");
        }
    }
    let empty = Article::new(None, "", "", None, None);
    let text = Text::new(&empty.text, segmenter());
    assert!(observations(&empty, &text, &[], &model).0.is_empty());
}

#[test]
fn a_model_survives_storage_and_refuses_damage() {
    let model = builtin();
    let bytes = model.to_bytes();
    assert_eq!(FigureModel::from_bytes(&bytes).expect("reads back"), model);
    for cut in [0, 7, 12, bytes.len() / 2, bytes.len() - 1] {
        assert!(FigureModel::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
    }
}

#[test]
fn the_headline_and_the_season_tell_of_which_year_is_spoken() {
    let calendar = |title: &str, date: Option<&str>| {
        let article = Article::new(None, title, "正文。", date.map(str::to_owned), None);
        let text = Text::new(&article.text, segmenter());
        Prepared::new(&article, &text, &[]).calendar
    };
    let summary = calendar("某园区2012年工作总结", Some("2012-12-28"));
    assert_eq!((summary.headline, summary.season()), (Some(2012), "december"));
    let to_headline = [2011, 2012, 2013].map(|year| summary.to_headline(year));
    assert_eq!(to_headline, ["before", "it", "after"]);
    let two = calendar("某园区2012年总结和2013年打算", Some("2013-02-01"));
    assert_eq!((two.headline, two.season(), two.to_headline(2012)), (None, "first months", "-"));
    assert_eq!(calendar("某园区2012年工作总结", None).year, 2012);
}

#[test]
fn what_the_headline_says_may_hold_for_every_figure() {
    let body = "前年引进8家。去年引进9家。\n".repeat(8) + "税收8亿元。";
    let article = Article::new(None, "某园区上半年运行分析", &body, Some("2016-07-25".to_owned()), None);
    let text = Text::new(&article.text, segmenter());
    let prepared = Prepared::new(&article, &text, &[]);
    let last = prepared.scan.figures.len() - 1;
    let dates = prepared.dates(last, crate::model::Qualifier::Exact, None, &dating::History::default());
    assert!(dates.iter().any(|date| date.period.is_some_and(|period| period.to_string() == "2016-H1")));
}

#[test]
fn what_is_said_of_the_whole_year_is_said_of_the_year_in_the_headline() {
    let article = |date: &str| {
        let body = "武清区推进招商。全年新引进企业29家，实际到位内资36.5亿元。";
        Article::new(None, "武清区2022年招商工作总结", body, Some(date.to_owned()), None)
    };
    let period = |date: &str| {
        let article = article(date);
        let text = Text::new(&article.text, segmenter());
        let found = observations(&article, &text, &entities(&article.text, WUQING), &builtin()).0;
        found.first().and_then(|o| o.period.clone())
    };
    assert_eq!(period("2022-12-28").as_deref(), Some("2022"));
    assert_eq!(period("2023-01-18").as_deref(), Some("2022"));
}

#[test]
fn stretches_follow_from_a_time_and_what_stands_around_it() {
    let cases: [(&str, &[&str]); 15] = [
        ("该通道2017年投运以来累计外送电量2000亿千瓦时。", &["since 2017/2025"]),
        ("自2024年3月开园，累计引进企业30家。", &["since 2024-03/2025-05"]),
        ("截至今年4月底，园区完成税收3亿元。", &["until then 2025-01/2025-04"]),
        ("产值从2020年的5亿元增加到2023年的8亿元。", &["since 2020/2025", "between 2020/2023"]),
        ("7月1日至8月31日接待游客3万人次。", &["months 2024-07/2024-08"]),
        ("2023年产值5亿元。2024年产值8亿元。", &[]),
        ("2023年产值5亿元。", &[]),
        ("今年产值5亿元。", &[]),
        ("截至2024年6月底，园区已完成税收3亿元。", &["until then 2024-H1"]),
        ("截至2024年底，累计引进企业30家。", &[]),
        ("2024年3月18日起实施，引进企业30家。", &["since 2024-03-18/2025-05-19"]),
        ("2023年产值5亿元来自外资。", &[]),
        ("2023年带来客流5万人。", &[]),
        ("2020年产值5亿元，今年已达8亿元。", &["between 2020/2025"]),
        ("去年9月1日至9月30日接待游客3万人次。", &["months 2024-09"]),
    ];
    for (body, expected) in cases {
        assert_eq!(derived(body), expected, "{body}");
    }
}

#[test]
fn the_same_part_of_another_year_and_years_away() {
    let cases: [(&str, &[&str]); 11] = [
        ("前4个月产值5亿元，去年同期4亿元。", &["2025-01/2025-04", "2024-01/2024-04"]),
        ("上半年产值5亿元，比2023年同期多2亿元。", &["2025-H1", "2023-H1"]),
        ("去年同期产值4亿元。", &["2024"]),
        ("三年后产值5亿元。", &["2028"]),
        ("五年前只有3家企业。", &["2020"]),
        ("今后三年投资5亿元。", &["2025/2028"]),
        (
            "前4个月产值5亿元，去年同期4亿元；税收2亿元，去年同期1亿元。",
            &["2025-01/2025-04", "2024-01/2024-04", "2024-01/2024-04"],
        ),
        ("三年里引进企业5家。", &["2023/2025"]),
        ("十年前只有3家。", &["2015"]),
        ("3年前期工作。", &[]),
        ("两年内投资5亿元，当年增长3%。", &["2025/2027", "2025"]),
    ];
    for (body, expected) in cases {
        assert_eq!(periods(body), expected, "{body}");
    }
}

#[test]
fn the_period_of_an_earlier_figure_is_still_known_far_behind() {
    let far = "该企业产值3亿元。".repeat(3);
    let body = format!("前4个月，全区产值5亿元。{far}\n2020年为1亿元，2021年2亿元。{far}\n税收1亿元。");
    let article = Article::new(None, "题", &body, Some("2025-05-19".to_owned()), None);
    let text = Text::new(&article.text, segmenter());
    let prepared = Prepared::new(&article, &text, &[]);
    let last = prepared.scan.figures.len() - 1;
    let months = prepared.scan.times[0].readings[0];
    let mut history = dating::History::default();
    let knows = |history: &dating::History| {
        let dates = prepared.dates(last, crate::model::Qualifier::Exact, None, history);
        dates.iter().any(|candidate| candidate.period == Some(months))
    };
    assert!(!knows(&history));
    history.add(Some(months));
    history.add(None);
    assert!(knows(&history));
}

#[test]
fn points_and_marks_are_units_where_no_hour_is_meant() {
    assert_eq!(
        candidates("价格指数684.5点，总分91.37分，日均480车。"),
        [(684.5, "点".to_owned()), (91.37, "分".to_owned()), (480.0, "车".to_owned())]
    );
    assert_eq!(
        candidates("12眼机井，50船煤炭，3万点赞。"),
        [(12.0, "眼".to_owned()), (50.0, "船".to_owned()), (3.0, "万".to_owned())]
    );
    for body in ["会议8点30分，开始。", "8时30分，开会。", "十分重要。", "会议8点，开。", "8点。", "3车间。"]
    {
        assert_eq!(candidates(body), [], "{body}");
    }
    assert_eq!(candidates("用时30分钟。"), [(30.0, "分钟".to_owned())]);
}

#[test]
fn a_price_for_each_ton_is_the_place_of_one_in_yuan_a_ton() {
    let article = Article::new(None, "题", "聚丙烯每吨8100元，去年8100元。", Some("2025-05-19".to_owned()), None);
    let text = Text::new(&article.text, segmenter());
    let prepared = Prepared::new(&article, &text, &[]);
    let gold = |units: &[&str]| -> Vec<crate::gold::GoldObservation> {
        let stated = |unit: &&str| crate::gold::GoldObservation {
            subject: None,
            indicator: "价格".to_owned(),
            value: 8100.0,
            unit: (*unit).to_owned(),
            period: None,
            qualifier: crate::model::Qualifier::Exact,
            optional: false,
        };
        units.iter().map(stated).collect()
    };
    assert_eq!(model::align(&prepared, &gold(&["元/吨", "元"])), [Some(0), Some(1)]);
    assert_eq!(model::align(&prepared, &gold(&["美元/吨"])), [None, None]);
}

//! What each detector is worth: the same articles read with some of them only, the models as they are.

use crate::{
    detect::{
        Detector, THRESHOLD,
        candidates::{Candidate, Sources},
        decide,
        features::Context,
        fusion::{self, Decision},
        network::View,
    },
    learn::log_odds,
    model::{Article, Extraction},
    pipeline::{Extractor, extract_by},
    text::Text,
};

/// Which detectors propose, and who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// One detector alone: the tagger's proposals by its own probabilities, another's by length, the longest first.
    Only(u16),
    /// All but one, and both looks.
    Without(u16),
    /// All detectors, by the first look alone.
    WithoutSecondLook,
    /// As the program reads.
    All,
}

impl Setting {
    /// All settings, in the order in which they are shown.
    pub const ALL: [Self; 14] = [
        Self::Only(Sources::GAZETTEER),
        Self::Only(Sources::GRAMMAR),
        Self::Only(Sources::MARKS),
        Self::Only(Sources::TAGGER),
        Self::Only(Sources::NETWORK),
        Self::Without(Sources::TAGGER),
        Self::Without(Sources::NETWORK),
        Self::Without(Sources::GAZETTEER),
        Self::Without(Sources::GRAMMAR),
        Self::Without(Sources::MARKS),
        Self::Without(Sources::ARTICLE),
        Self::Without(Sources::ENUMERATION),
        Self::WithoutSecondLook,
        Self::All,
    ];

    /// The English name.
    pub fn name(self) -> String {
        match self {
            Self::Only(source) => format!("{} only", Sources(source).names()),
            Self::Without(source) => format!("all without {}", Sources(source).names()),
            Self::WithoutSecondLook => "all without the second look".to_owned(),
            Self::All => "all".to_owned(),
        }
    }

    /// The Chinese label.
    pub fn label_zh(self) -> String {
        let name = |source: u16| match source {
            Sources::TAGGER => "标注模型",
            Sources::NETWORK => "神经网络",
            Sources::GAZETTEER => "地名机构名表",
            Sources::MARKS => "书名号与引号",
            Sources::GRAMMAR => "中心词规则",
            Sources::ARTICLE => "文中重复",
            _ => "并列成分",
        };
        match self {
            Self::Only(source) => format!("只用{}", name(source)),
            Self::Without(source) => format!("不用{}", name(source)),
            Self::WithoutSecondLook => "不作第二遍判断".to_owned(),
            Self::All => "全部".to_owned(),
        }
    }

    /// Reads an article in this setting; the stages after detection are as ever.
    pub fn extract(self, article: &Article, extractor: &Extractor) -> Extraction {
        extract_by(article, extractor, |detector, text| self.decide(detector, text))
    }

    fn decide(self, detector: &Detector, text: &Text) -> Vec<Decision> {
        let context = Context::new(text, &detector.gazetteer, &detector.heads);
        let candidates = detector.taggers.candidates(&context);
        match self {
            Self::All => decide(&context, &candidates, &detector.fusion, &detector.second, THRESHOLD),
            Self::Without(source) => {
                decide(&context, &with_sources(candidates, !source), &detector.fusion, &detector.second, THRESHOLD)
            }
            Self::WithoutSecondLook => {
                let scores = fusion::scores(&context, &candidates, &detector.fusion);
                fusion::decide(candidates.into_iter().zip(scores), THRESHOLD)
            }
            Self::Only(source) => {
                let candidates = with_sources(candidates, source).into_iter();
                fusion::decide(candidates.map(|candidate| (candidate, own_score(&candidate))), 0.0)
            }
        }
    }
}

/// What is left when only these sources propose.
fn with_sources(candidates: Vec<Candidate>, sources: u16) -> Vec<Candidate> {
    let keep = |mut candidate: Candidate| {
        candidate.sources.0 &= sources;
        if sources & Sources::TAGGER == 0 {
            candidate.tagger = 0.0;
        }
        if sources & Sources::NETWORK == 0 {
            candidate.network = View::NONE;
        }
        (candidate.sources != Sources::default()).then_some(candidate)
    };
    candidates.into_iter().filter_map(keep).collect()
}

/// A tagger's log-odds; for a detector without probabilities more for longer spans than for any parts of them.
fn own_score(candidate: &Candidate) -> f32 {
    match candidate.sources.0 {
        Sources::TAGGER => log_odds(candidate.tagger),
        Sources::NETWORK => log_odds(candidate.network.probability),
        _ => (candidate.span.len() as f32).powi(2),
    }
}

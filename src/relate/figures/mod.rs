//! Figures: every stated number with its unit, qualifier, period, indicator and subject.
//!
//! `scan` reads numbers, units and times by rules in one pass; four small models then say which of them are stated figures
//! (`gate`), how they are qualified (`qualifier`), which period (`dating`) and which entity (`subject`) they speak of, the
//! last two at a `second` look and with the `opinion` of a network that reads the whole article. Finding the entities is left to the
//! stages before.

mod dating;
mod derive;
mod gate;
mod indicator;
mod mentions;
mod model;
mod numeral;
mod opinion;
mod page;
mod period;
mod qualifier;
mod scan;
mod second;
mod subject;
#[cfg(test)]
mod tests;
mod time;
mod traits;
mod unit;
mod view;

pub use model::{FigureModel, TrainingArticle, train};

use mentions::Mentions;
use page::Page;
use period::Period;
use scan::{Figure, Scan};
use second::Look;
use time::Calendar;
use view::View;

use crate::{
    model::{Article, Diagnostic, Entity, Evidence, Observation, Qualifier},
    text::Text,
};

/// Below this probability a number is no figure; from 0.3 to 0.44 F1 on dev, unseen and kinds changes by less than 0.006.
const THRESHOLD: f32 = 0.38;

/// The figure before, as decided.
#[derive(Debug, Clone, Copy)]
struct Last {
    index: usize,
    period: Option<Period>,
    entity: Option<usize>,
}

/// What is read of a stated figure beside its subject and its period.
#[derive(Debug, Clone, Copy)]
struct Reading {
    /// Its place among the numbers of the article.
    index: usize,
    /// The probability that it is one.
    stated: f32,
    qualifier: Qualifier,
    /// The qualifier's share.
    sure: f32,
}

/// One article, scanned.
struct Prepared<'a> {
    page: Page<'a>,
    calendar: Calendar,
    scan: Scan,
    views: Vec<View>,
    mentions: Mentions<'a>,
    theme: subject::Theme,
}

impl<'a> Prepared<'a> {
    fn new(article: &Article, text: &'a Text, entities: &'a [Entity]) -> Self {
        let page = Page::new(text);
        let calendar = Calendar::of(article, &page);
        let scan = scan::scan(&page, &calendar);
        let views: Vec<View> = (0..scan.figures.len())
            .map(|i| View::new(&page, &scan.figures[i], i.checked_sub(1).map(|p| &scan.figures[p])))
            .collect();
        let mentions = Mentions::new(&page, entities);
        let theme = subject::Theme::new(&page, &mentions);
        Self { page, calendar, scan, views, mentions, theme }
    }

    /// The candidate before `index`, if it stands in the same clause.
    fn before(&self, index: usize) -> Option<&Figure> {
        index.checked_sub(1).map(|p| &self.scan.figures[p]).filter(|p| self.views[index].clause.contains(p.span))
    }

    fn dates(
        &self,
        index: usize,
        qualifier: Qualifier,
        last: Option<Last>,
        history: &dating::History,
    ) -> Vec<dating::Candidate> {
        let last = last.map(|l| dating::Previous { index: l.index, period: l.period });
        let (figures, times) = (&self.scan.figures, &self.scan.times);
        let (views, calendar) = (&self.views, &self.calendar);
        dating::candidates(&self.page, figures, views, times, calendar, index, qualifier.as_str(), last, history)
    }

    fn subjects(&self, index: usize, qualifier: Qualifier, last: Option<Last>) -> Vec<subject::Candidate> {
        let last = last.map(|l| subject::Previous { index: l.index, entity: l.entity });
        let (figures, views) = (&self.scan.figures, &self.views);
        subject::candidates(&self.page, &self.mentions, &self.theme, figures, views, index, qualifier.as_str(), last)
    }
}

/// Reads the figures of an article, in text order. Entities are those of the stages before, with mentions in the article's text.
pub fn observations(
    article: &Article,
    text: &Text,
    entities: &[Entity],
    model: &FigureModel,
) -> (Vec<Observation>, Vec<Diagnostic>) {
    if text.chars.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let prepared = Prepared::new(article, text, entities);
    let looks = &model.looks;
    let figures = &prepared.scan.figures;
    let (mut subjects, mut periods): (Vec<Look<usize>>, Vec<Look<Period>>) = (Vec::new(), Vec::new());
    let mut read: Vec<Reading> = Vec::new();
    let mut last: Option<Last> = None;
    let mut history = dating::History::default();
    for (index, figure) in figures.iter().enumerate() {
        let features = gate::features(&prepared.page, &prepared.mentions, figures, &prepared.views, index);
        let stated = looks.stated(&features);
        if stated < THRESHOLD {
            continue;
        }
        let candidates = qualifier::candidates(&prepared.page, figure, &prepared.views[index], prepared.before(index));
        let (qualifier, sure) = looks.qualifier(&candidates);
        let period = looks.look_at_periods(index, &prepared.dates(index, qualifier, last, &history));
        let subject = looks.look_at_subjects(index, &prepared.subjects(index, qualifier, last));
        history.add(period.best().0);
        last = Some(Last { index, period: period.best().0, entity: subject.best().0 });
        subjects.push(subject);
        periods.push(period);
        read.push(Reading { index, stated, qualifier, sure });
    }
    let asking: Vec<usize> = read.iter().map(|reading| reading.index).collect();
    let opinions = opinion::opinions(&model.network, &prepared, &asking);
    let mut out: Vec<Observation> = Vec::with_capacity(read.len());
    for (at, (&Reading { index, stated, qualifier, sure }, other)) in read.iter().zip(&opinions).enumerate() {
        let (figure, view) = (&figures[index], &prepared.views[index]);
        let (entity, named) = looks.subject(figures, &prepared.views, &subjects, at, other);
        let (period, dated) = looks.period(figures, &prepared.views, &periods, at, other);
        let before = at
            .checked_sub(1)
            .map(|before| read[before].index)
            .filter(|&before| prepared.views[before].sentence_index == view.sentence_index)
            .and_then(|before| out.last().map(|o| (&figures[before], o.indicator.as_str())));
        let indicator = indicator::indicator(&prepared.page, figure, view, before);
        let evidence = if view.clause.contains(figure.span) { view.sentence } else { view.clause };
        out.push(Observation {
            id: format!("o{}", out.len() + 1),
            subject: entity.map(|e| entities[e].id.clone()),
            indicator,
            value: figure.value,
            unit: figure.unit.written.clone(),
            period: period.map(|p| p.to_string()),
            qualifier,
            confidence: f64::from(stated * (sure * dated * named).cbrt()),
            detector: format!("figures:{}", figure.rule),
            evidence: Evidence { span: evidence, text: text.surface(evidence) },
        });
    }
    (out, undated(&prepared).into_iter().collect())
}

/// Words that tell a time only beside the article's date.
const RELATIVE: [&str; 6] = ["今年", "去年", "明年", "上半年", "一季度", "年初"];

/// That times stay unread, in an article that has no date and names no year; at the first of them.
fn undated(prepared: &Prepared) -> Option<Diagnostic> {
    if prepared.calendar.year != 0 {
        return None;
    }
    let span = RELATIVE.iter().filter_map(|word| prepared.page.find(word).next()).min_by_key(|span| span.start)?;
    let message = "the article has no date and names no year, so times such as 今年 and 去年 give no period; add a date of publication";
    Some(Diagnostic { stage: "figures".to_owned(), message: message.to_owned(), span: Some(span) })
}

//! Dates and periods of the text, resolved by the article's date: 今年前4个月, 2024年, 一季度, “十四五”, 近三年.

use super::{
    derive::{Derived, derive},
    numeral,
    page::Page,
    period::{Period, Point},
};
use crate::model::{Article, Span};

/// The day that an article speaks from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    /// The year; 0 if nothing tells it.
    pub year: i16,
    /// The month, 12 if only the year is known.
    pub month: u8,
    /// The day of the month.
    pub day: u8,
    /// The year that the headline names; `None` where it names none, or several.
    pub headline: Option<i16>,
}

impl Calendar {
    /// From the article's date, else from the latest year that its text names.
    pub(super) fn of(article: &Article, page: &Page) -> Self {
        let named = |range: std::ops::Range<usize>| {
            range
                .filter(|&at| page.at(at + 4) == '年' && !page.prev(at).is_ascii_digit())
                .filter_map(|at| page.slice(at, at + 4).parse::<i16>().ok())
                .filter(|year| (1950..2040).contains(year))
        };
        let mut in_title = named(0..page.text.title_end().saturating_sub(4));
        let first = in_title.next();
        let headline = first.filter(|first| in_title.all(|year| year == *first));
        let mut parts = article.published.as_deref().unwrap_or("").split('-').map(str::parse::<i16>);
        if let Some(Ok(year)) = parts.next() {
            let small = |part: Option<Result<i16, _>>, other| {
                part.and_then(Result::ok).and_then(|n| u8::try_from(n).ok()).unwrap_or(other)
            };
            return Self {
                year,
                month: small(parts.next(), 12).clamp(1, 12),
                day: small(parts.next(), 31).clamp(1, 31),
                headline,
            };
        }
        let latest = named(0..page.len().saturating_sub(4)).filter(|year| *year < 2030).max();
        Self { year: latest.unwrap_or(0), month: 12, day: 31, headline }
    }

    /// The part of the year: what is said of 全年 in December is said of this year, in January of the last.
    pub(super) fn season(self) -> &'static str {
        match self.month {
            1..=3 => "first months",
            4..=6 => "spring",
            7..=11 => "later months",
            _ => "december",
        }
    }

    /// How a year lies to the one that the headline names.
    pub(super) fn to_headline(self, year: i16) -> &'static str {
        match self.headline.map(|named| year.cmp(&named)) {
            None => "-",
            Some(std::cmp::Ordering::Less) => "before",
            Some(std::cmp::Ordering::Equal) => "it",
            Some(std::cmp::Ordering::Greater) => "after",
        }
    }

    /// The year, the one before and the day, where they are known.
    pub(super) fn periods(self) -> Option<[Period; 3]> {
        let points = [Point::Year(self.year), Point::Year(self.year - 1), Point::Day(self.year, self.month, self.day)];
        (self.year > 0).then(|| points.map(Period::at))
    }

    /// The day before.
    fn yesterday(self) -> Point {
        if self.day > 1 {
            return Point::Day(self.year, self.month, self.day - 1);
        }
        let (year, month) = if self.month == 1 { (self.year - 1, 12) } else { (self.year, self.month - 1) };
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            _ => 31,
        };
        Point::Day(year, month, days)
    }
}

/// The shape of a time expression: a feature of the models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// 2024年, 2024年底
    Year,
    /// 今年
    ThisYear,
    /// 去年, 上年
    LastYear,
    /// 明年, 前年, 当年, …
    OtherYear,
    /// 全年, 年内
    WholeYear,
    /// 年底, 年末, 年初
    YearEnd,
    /// 上半年, 一季度
    Part,
    /// 前4个月, 1-4月
    Months,
    /// 3月
    Month,
    /// 3月18日
    Day,
    /// 今日, 昨日
    Today,
    /// 2021-2023年
    Years,
    /// 2019年以来
    Since,
    /// 近三年, 三年来
    Past,
    /// “十四五”
    Plan,
    /// 春节, “五一”
    Holiday,
    /// 去年同期
    SamePart,
    /// 三年后, 两年内, 未来五年, 三年前
    Away,
}

impl Form {
    /// Its name in features.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::ThisYear => "this",
            Self::LastYear => "last",
            Self::OtherYear => "other",
            Self::WholeYear => "whole",
            Self::YearEnd => "end",
            Self::Part => "part",
            Self::Months => "months",
            Self::Month => "month",
            Self::Day => "day",
            Self::Today => "today",
            Self::Years => "years",
            Self::Since => "since",
            Self::Past => "past",
            Self::Plan => "plan",
            Self::Holiday => "holiday",
            Self::SamePart => "same part",
            Self::Away => "away",
        }
    }
}

/// A time expression with its readings, the most literal first.
#[derive(Debug, Clone)]
pub(super) struct Time {
    /// Where it stands.
    pub span: Span,
    /// Its shape.
    pub form: Form,
    /// What it may stand for.
    pub readings: Vec<Period>,
    /// What else may be meant, in its surroundings.
    pub derived: Vec<(Derived, Period)>,
}

impl Time {
    /// Every period that may be meant, each once: the readings, then what is derived.
    pub(super) fn periods(&self) -> impl Iterator<Item = Period> + '_ {
        let readings = self.readings.iter().enumerate();
        let once = readings.filter(|(at, reading)| !self.readings[..*at].contains(reading));
        once.map(|(_, reading)| *reading).chain(self.derived.iter().map(|(_, period)| *period))
    }
}

/// Whether a time expression may begin with `c`.
pub(super) fn may_begin(c: char) -> bool {
    c.is_ascii_digit() || "一二三四五六七八九十两今去明前后本上下全首同当翌次近年昨过未头春国".contains(c)
}

/// Reads times in text order and remembers which year the text speaks of.
pub(super) struct Reader<'a> {
    calendar: &'a Calendar,
    /// Year and month of the last time, and its sentence and paragraph.
    year: Option<i16>,
    month: Option<u8>,
    /// The last part of a year that was spoken of, for 去年同期.
    part: Option<Period>,
    sentence: usize,
    paragraph: usize,
}

/// A number of the text that a date may hold, with its end.
fn small(page: &Page, at: usize) -> Option<(u8, usize)> {
    let number = numeral::read(page, at)?;
    let whole = !number.open && number.value.fract() == 0.0 && (1.0..=99.0).contains(&number.value);
    whole.then_some((number.value as u8, number.span.end))
}

/// A four-digit year (2024, 二〇二四) with its end, 年 not included.
fn year_at(page: &Page, at: usize) -> Option<(i16, usize)> {
    if page.prev(at).is_ascii_digit() || page.prev(at) == '.' {
        return None;
    }
    let mut year = 0i16;
    for i in at..at + 4 {
        let c = page.at(i);
        let digit = c.to_digit(10).map(f64::from).or_else(|| numeral::digit(c))?;
        year = year * 10 + digit as i16;
        if i == at && !(1.0..=2.0).contains(&digit) {
            return None;
        }
    }
    ((1900..2100).contains(&year) && !page.at(at + 4).is_ascii_digit()).then_some((year, at + 4))
}

/// Months of a year, both included; as annotators write them, 1-6月 is a half and 1-3月 a quarter.
pub(super) fn months(year: i16, first: u8, last: u8) -> Period {
    match (first, last) {
        (1, 12) => Period::at(Point::Year(year)),
        (1 | 7, _) if last == first + 5 => Period::at(Point::Half(year, last / 6)),
        (1 | 4 | 7 | 10, _) if last == first + 2 => Period::at(Point::Quarter(year, last / 3)),
        _ => Period::between(Point::Month(year, first), Point::Month(year, last)),
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '~' | '至' | '到' | '～')
}

fn after_dashes(page: &Page, at: usize) -> usize {
    (at..).find(|&i| !is_dash(page.at(i))).unwrap_or(at)
}

impl<'a> Reader<'a> {
    pub(super) fn new(calendar: &'a Calendar) -> Self {
        Self { calendar, year: None, month: None, part: None, sentence: 0, paragraph: 0 }
    }

    /// Reads the time that begins at `at` and adds it to `times`; gives the place to go on from.
    pub(super) fn read(&mut self, page: &Page, at: usize, times: &mut Vec<Time>) -> Option<usize> {
        if self.calendar.year == 0 && !page.at(at).is_ascii_digit() {
            return None;
        }
        let sentence = page.sentence_index(at);
        let paragraph = page.sentence(at).paragraph;
        if paragraph != self.paragraph {
            (self.year, self.month) = (None, None);
        }
        (self.sentence, self.paragraph) = (sentence, paragraph);
        let (form, readings, end) = self.expression(page, at)?;
        if let Some(first) = readings.first().filter(|_| form != Form::Away) {
            self.year = Some(first.year());
            let last = match (form, first.to.unwrap_or(first.from)) {
                (Form::Months, Point::Year(_)) => Some(12),
                (Form::Months, Point::Half(_, half)) => Some(half * 6),
                (Form::Months, Point::Quarter(_, quarter)) => Some(quarter * 3),
                (_, last) => last.month(),
            };
            self.month = last.or(self.month);
            if matches!(form, Form::Part | Form::Months | Form::Month) {
                self.part = Some(*first);
            }
        }
        if !readings.is_empty() {
            let span = Span::new(at, end);
            let derived = derive(page, self.calendar, span, form, &readings, times.last());
            times.push(Time { span, form, readings, derived });
        }
        Some(end)
    }

    fn expression(&self, page: &Page, at: usize) -> Option<(Form, Vec<Period>, usize)> {
        let now = *self.calendar;
        if let Some((year, end)) = year_at(page, at) {
            if is_dash(page.at(end)) {
                let next = after_dashes(page, end);
                if let Some((last, end)) = year_at(page, next)
                    && page.at(end) == '年'
                    && last > year
                {
                    return Some((Form::Years, vec![between_years(year, last)], end + 1));
                }
            }
            if page.at(end) == '年' {
                if is_dash(page.at(end + 1)) {
                    let next = after_dashes(page, end + 1);
                    if let Some((last, end)) = year_at(page, next)
                        && page.at(end) == '年'
                        && last > year
                    {
                        return Some((Form::Years, vec![between_years(year, last)], end + 1));
                    }
                }
                return Some(self.within_year(page, &[year], Form::Year, end + 1));
            }
            return None;
        }
        let word = |words: &[&str]| words.iter().find(|w| page.starts(at, w)).map(|w| at + w.chars().count());
        match page.at(at) {
            '今' => {
                if let Some(end) = word(&["今年", "今春", "今夏", "今秋", "今冬"]) {
                    return Some(self.within_year(page, &[now.year], Form::ThisYear, end));
                }
                if page.starts(at, "今后") {
                    return self.stretch(page, at);
                }
                let end = word(&["今日", "今天"])?;
                Some((Form::Today, vec![Period::at(Point::Day(now.year, now.month, now.day))], end))
            }
            '昨' => Some((Form::Today, vec![Period::at(now.yesterday())], word(&["昨日", "昨天"])?)),
            '去' => Some(self.within_year(page, &[now.year - 1], Form::LastYear, word(&["去年"])?)),
            '明' => Some(self.within_year(page, &[now.year + 1], Form::OtherYear, word(&["明年"])?)),
            '后' => Some(self.within_year(page, &[now.year + 2], Form::OtherYear, word(&["后年"])?)),
            '翌' | '次' => {
                let year = self.year.unwrap_or(now.year) + 1;
                Some(self.within_year(page, &[year], Form::OtherYear, word(&["翌年", "次年"])?))
            }
            '当' => {
                if let Some(end) = word(&["当年"]) {
                    let year = self.year.unwrap_or(now.year);
                    return Some(self.within_year(page, &[year, now.year], Form::OtherYear, end));
                }
                if let Some(end) = word(&["当月"]) {
                    let month = Point::Month(self.year.unwrap_or(now.year), self.month?);
                    return Some((Form::Month, vec![Period::at(month)], end));
                }
                let end = word(&["当天", "当日"])?;
                Some((Form::Today, vec![Period::at(Point::Day(now.year, now.month, now.day))], end))
            }
            '同' => {
                let year = self.year.unwrap_or(now.year);
                Some(self.within_year(page, &[year], Form::OtherYear, word(&["同年"])?))
            }
            '本' => {
                if let Some(end) = word(&["本年度", "本年"]) {
                    return Some(self.within_year(page, &[now.year], Form::ThisYear, end));
                }
                let end = word(&["本月"])?;
                Some((Form::Month, vec![Period::at(Point::Month(now.year, now.month))], end))
            }
            '上' => {
                if let Some(end) = word(&["上年度", "上年"]) {
                    return Some(self.within_year(page, &[now.year - 1], Form::LastYear, end));
                }
                if let Some(end) = word(&["上个月", "上月"]) {
                    return Some((Form::Month, vec![Period::at(month_before(now.year, now.month))], end));
                }
                let end = word(&["上半年"])?;
                Some((Form::Part, self.parts(|year| Point::Half(year, 1)), end))
            }
            '下' => Some((Form::Part, self.parts(|year| Point::Half(year, 2)), word(&["下半年"])?)),
            '全' => Some((Form::WholeYear, self.years(), word(&["全年"])?)),
            '年' => {
                if page.prev(at).is_ascii_digit() || numeral::digit(page.prev(at)).is_some() {
                    return None;
                }
                if let Some(end) = word(&["年内"]) {
                    return Some((Form::WholeYear, self.years(), end));
                }
                Some((Form::YearEnd, self.years(), word(&["年底", "年末", "年初", "年终"])?))
            }
            '首' => Some((Form::Part, self.parts(|year| Point::Quarter(year, 1)), word(&["首季度", "首季"])?)),
            '春' => Some((Form::Holiday, self.holiday(None), word(&["春节"])?)),
            '国' => Some((Form::Holiday, self.holiday(Some((10, 7))), word(&["国庆"])?)),
            '五' if page.starts(at, "五一") => Some((Form::Holiday, self.holiday(Some((5, 5))), at + 2)),
            '前' | '头' | '近' | '过' | '未' => self.stretch(page, at),
            _ => self.numbered(page, at),
        }
    }

    /// The years that a phrase without year may mean.
    fn years(&self) -> Vec<Period> {
        let mut readings = vec![Period::at(Point::Year(self.calendar.year))];
        let others = [self.year.unwrap_or(self.calendar.year), self.calendar.year - 1];
        for year in others {
            let period = Period::at(Point::Year(year));
            if !readings.contains(&period) {
                readings.push(period);
            }
        }
        readings
    }

    /// The readings of a part of a year that is not named.
    fn parts(&self, point: impl Fn(i16) -> Point) -> Vec<Period> {
        let mut readings = vec![Period::at(point(self.calendar.year))];
        if let Some(year) = self.year.filter(|&year| year != self.calendar.year) {
            readings.push(Period::at(point(year)));
        }
        readings
    }

    /// What follows a year: month, day, half, quarter, 以来.
    fn within_year(&self, page: &Page, years: &[i16], form: Form, at: usize) -> (Form, Vec<Period>, usize) {
        let now = *self.calendar;
        let mut at = at;
        if page.at(at) == '度' {
            at += 1;
        }
        let year = years.first().copied().unwrap_or(now.year);
        let whole: Vec<Period> = years.iter().map(|&year| Period::at(Point::Year(year))).collect();
        if page.starts(at, "以来") {
            if form == Form::ThisYear || year == now.year {
                let from = Point::Month(year, 1);
                let before = month_before(now.year, now.month);
                let mut readings =
                    vec![Period::between(from, Point::Month(now.year, now.month)), Period::at(Point::Year(year))];
                if before.year() == year {
                    readings.push(Period::between(from, before));
                }
                return (Form::Since, readings, at + 2);
            }
            return (Form::Since, vec![between_years(year, now.year), between_years(year, now.year - 1)], at + 2);
        }
        if page.starts(at, "同期") {
            let same = self.part.map(|part| part.moved_to(year));
            return (Form::SamePart, same.into_iter().chain(whole).collect(), at + 2);
        }
        if matches!(page.at(at), '起') {
            return (Form::Since, vec![between_years(year, now.year), Period::at(Point::Year(year))], at + 1);
        }
        let whole_year = Calendar { year, month: 12, day: 31, headline: None };
        let inner = Reader::new(&whole_year);
        let mut from = at;
        if matches!(page.at(from), '的' | ',' | ' ') {
            from += usize::from(page.at(from) == '的');
        }
        let c = page.at(from);
        let part = match c {
            '上' if page.starts(from, "上半年") => inner.expression(page, from),
            '下' if page.starts(from, "下半年") => inner.expression(page, from),
            '前' | '头' | '首' | '第' => inner.stretch(page, from).or_else(|| inner.expression(page, from)),
            c if c.is_ascii_digit() || numeral::digit(c).is_some() || c == '十' => inner.numbered(page, from),
            '全' if page.starts(from, "全年") => return (form, whole, from + 2),
            '底' | '末' | '初' | '终' => return (form, whole, from + 1),
            _ => None,
        };
        match part {
            Some((part_form, mut readings, end)) if part_form != Form::Past => {
                if (page.starts(end, "以来") || page.at(end) == '起')
                    && let Some(month) = readings.first().and_then(|first| first.from.month())
                {
                    let until = Point::Month(now.year, now.month);
                    readings.insert(0, Period::between(Point::Month(year, month), until));
                    readings.push(between_years(year, now.year));
                    return (Form::Since, readings, end + if page.at(end) == '起' { 1 } else { 2 });
                }
                (part_form, readings, end)
            }
            _ => (form, whole, at),
        }
    }

    /// 前4个月, 前三季度, 近三年, 过去五年, 未来三年.
    fn stretch(&self, page: &Page, at: usize) -> Option<(Form, Vec<Period>, usize)> {
        let now = *self.calendar;
        let from = match page.at(at) {
            '前' if page.starts(at, "前年") => {
                return Some(self.within_year(page, &[now.year - 2], Form::OtherYear, at + 2));
            }
            '过' | '未' => {
                if !(page.starts(at, "过去") || page.starts(at, "未来")) {
                    return None;
                }
                at + 2
            }
            '今' => at + 2,
            '第' => at + 1,
            '首' => return None,
            _ => at + 1,
        };
        let ahead = matches!(page.at(at), '未' | '今');
        let (count, end) = small(page, from)?;
        if matches!(page.at(at), '前' | '头') {
            if page.starts(end, "个月") && count <= 12 {
                let stretch = |year| months(year, 1, count);
                let mut readings = vec![stretch(now.year)];
                if let Some(year) = self.year.filter(|&year| year != now.year) {
                    readings.push(stretch(year));
                }
                if count > now.month {
                    readings.push(stretch(now.year - 1));
                }
                return Some((Form::Months, readings, end + 2));
            }
            let quarters =
                if page.starts(end, "个季度") { Some(3) } else { page.starts(end, "季度").then_some(2) };
            if let Some(length) = quarters.filter(|_| count <= 4) {
                let stretch = |year| Period::between(Point::Quarter(year, 1), Point::Quarter(year, count));
                let canon = |year| months(year, 1, count * 3);
                let mut readings = vec![stretch(now.year), canon(now.year)];
                if let Some(year) = self.year.filter(|&year| year != now.year) {
                    readings.extend([stretch(year), canon(year)]);
                }
                return Some((Form::Months, readings, end + length));
            }
            return None;
        }
        if page.at(at) == '第' {
            return if page.starts(end, "季度") && count <= 4 {
                Some((Form::Part, self.parts(|year| Point::Quarter(year, count)), end + 2))
            } else {
                None
            };
        }
        if page.at(end) == '年' && count <= 20 && ahead {
            return Some((Form::Away, self.coming(i16::from(count)), end + 1));
        }
        if page.at(end) == '年' && count <= 60 && !ahead {
            let extra = ["间", "来"].iter().any(|w| page.starts(end + 1, w));
            return Some((Form::Past, self.past(i16::from(count)), end + 1 + usize::from(extra)));
        }
        None
    }

    /// A holiday of the year spoken of: its days, its month, the year.
    fn holiday(&self, days: Option<(u8, u8)>) -> Vec<Period> {
        let year = self.year.unwrap_or(self.calendar.year);
        let mut readings = Vec::with_capacity(3);
        if let Some((month, last)) = days {
            readings.push(Period::between(Point::Day(year, month, 1), Point::Day(year, month, last)));
            readings.push(Period::at(Point::Month(year, month)));
        }
        readings.push(Period::at(Point::Year(year)));
        readings
    }

    /// So many 年后, 年前, 年内, 年里, from the article's year and from the one spoken of.
    fn away(&self, word: char, count: i16) -> Option<Vec<Period>> {
        let by = match word {
            '后' => count,
            '前' => -count,
            '内' => return Some([self.coming(count), self.past(count)].concat()),
            '里' => return Some(self.past(count)),
            _ => return None,
        };
        let mut readings = vec![Period::at(Point::Year(self.calendar.year + by))];
        if let Some(year) = self.year.filter(|&year| year != self.calendar.year) {
            readings.push(Period::at(Point::Year(year + by)));
        }
        Some(readings)
    }

    /// The years to come, so many.
    fn coming(&self, count: i16) -> Vec<Period> {
        let year = self.calendar.year;
        vec![
            between_years(year, year + count),
            between_years(year, year + count - 1),
            between_years(year + 1, year + count),
            Period::at(Point::Year(year + count)),
        ]
    }

    fn past(&self, count: i16) -> Vec<Period> {
        let year = self.calendar.year;
        vec![
            between_years(year - count + 1, year),
            between_years(year - count, year),
            between_years(year - count, year - 1),
        ]
    }

    /// Months, days, quarters that begin with a number; plans; 三年来.
    fn numbered(&self, page: &Page, at: usize) -> Option<(Form, Vec<Period>, usize)> {
        if page.at(at) == '十'
            && let Some(found) = self.plan(page, at)
        {
            return Some(found);
        }
        if page.prev(at).is_ascii_alphanumeric()
            || page.prev(at) == '.'
            || page.prev(at) == '第' && !page.starts(at + 1, "季")
        {
            return None;
        }
        let (first, end) = small(page, at)?;
        if page.starts(end, "季度") && first <= 4 {
            return Some((Form::Part, self.parts(|year| Point::Quarter(year, first)), end + 2));
        }
        if page.starts(end, "年来") || page.starts(end, "年间") {
            return (first <= 60).then(|| (Form::Past, self.past(i16::from(first)), end + 2));
        }
        if page.at(end) == '年'
            && first <= 60
            && page.text.is_word_edge(end + 2)
            && let Some(readings) = self.away(page.at(end + 1), i16::from(first))
            && small(page, end + 2).is_none()
        {
            return Some((Form::Away, readings, end + 2));
        }
        // 1-4月, 1月至4月, 2至3月
        let month_end = end + usize::from(page.at(end) == '月');
        if first <= 12
            && is_dash(page.at(month_end))
            && let Some((last, after)) = small(page, after_dashes(page, month_end))
            && page.at(after) == '月'
            && last <= 12
            && !page.at(after + 1).is_ascii_digit()
            && last > first
        {
            return Some((Form::Months, self.dated(last, |year| months(year, first, last)), after + 1));
        }
        if page.at(end) == '月' && first <= 12 {
            return Some(self.month(page, first, end + 1));
        }
        if page.at(end) == '日' && first <= 31 && !matches!(page.at(end + 1), '均' | '产' | '处' | '内') {
            let month = self.month.unwrap_or(self.calendar.month);
            let year = self.year.filter(|_| self.month.is_some()).unwrap_or(self.calendar.year);
            return Some((Form::Day, vec![Period::at(Point::Day(year, month, first))], end + 1));
        }
        None
    }

    /// The readings of a date whose year is not named: the last such one before the article, the year spoken of, the article's.
    fn dated(&self, month: u8, period: impl Fn(i16) -> Period) -> Vec<Period> {
        let now = *self.calendar;
        let latest = if month > now.month { now.year - 1 } else { now.year };
        let mut readings = Vec::with_capacity(3);
        for year in [latest, self.year.unwrap_or(latest), now.year] {
            let reading = period(year);
            if !readings.contains(&reading) {
                readings.push(reading);
            }
        }
        readings
    }

    fn month(&self, page: &Page, month: u8, at: usize) -> (Form, Vec<Period>, usize) {
        if let Some((day, end)) = small(page, at)
            && matches!(page.at(end), '日' | '号')
            && day <= 31
        {
            let mut end = end + 1;
            if is_dash(page.at(end)) {
                let next = after_dashes(page, end);
                if let Some((second, after)) = small(page, next) {
                    if page.at(after) == '日' && second > day {
                        let days = |y| Period::between(Point::Day(y, month, day), Point::Day(y, month, second));
                        return (Form::Day, self.dated(month, days), after + 1);
                    }
                    if page.at(after) == '月'
                        && let Some((last, after)) = small(page, after + 1)
                        && page.at(after) == '日'
                    {
                        let days = |y| Period::between(Point::Day(y, month, day), Point::Day(y, second, last));
                        return (Form::Day, self.dated(month, days), after + 1);
                    }
                }
            }
            if page.at(end) == '起' {
                end += 1;
            }
            let mut readings = self.dated(month, |year| Period::at(Point::Day(year, month, day)));
            readings.extend(self.dated(month, |year| Period::at(Point::Month(year, month))));
            return (Form::Day, readings, end);
        }
        let mut end = at;
        if matches!(page.at(at), '底' | '末' | '初' | '份') {
            end += 1;
        }
        let mut readings = self.dated(month, |year| Period::at(Point::Month(year, month)));
        if page.starts(end, "以来") {
            let now = *self.calendar;
            let until = Point::Month(now.year, now.month);
            readings = self.dated(month, |year| Period::between(Point::Month(year, month), until));
            return (Form::Since, readings, end + 2);
        }
        readings.truncate(3);
        (Form::Month, readings, end)
    }

    /// “十四五” with or without quotes and 期间, 末.
    fn plan(&self, page: &Page, at: usize) -> Option<(Form, Vec<Period>, usize)> {
        if page.at(at + 1) == '五' {
            let named = page.at(at + 2) == '”' || page.starts(at + 2, "期间") || page.starts(at + 2, "时期");
            let readings = vec![between_years(2001, 2005), Period::at(Point::Year(2005))];
            return named.then_some((Form::Plan, readings, at + 2 + usize::from(page.at(at + 2) == '”')));
        }
        let number = numeral::digit(page.at(at + 1))?;
        if page.at(at + 2) != '五' || !(1.0..=6.0).contains(&number) {
            return None;
        }
        let mut end = at + 3;
        if page.at(end) == '”' {
            end += 1;
        }
        let start = 2006 + (number as i16 - 1) * 5;
        let period = between_years(start, start + 4);
        let last = Period::at(Point::Year(start + 4));
        let readings = match page.at(end) {
            '末' => vec![last, period],
            '初' => vec![Period::at(Point::Year(start)), period],
            '以' => vec![between_years(start, self.calendar.year), period],
            _ => vec![period, last, between_years(start, self.calendar.year)],
        };
        Some((Form::Plan, readings, end))
    }
}

fn between_years(from: i16, to: i16) -> Period {
    Period::between(Point::Year(from), Point::Year(to))
}

fn month_before(year: i16, month: u8) -> Point {
    if month <= 1 { Point::Month(year - 1, 12) } else { Point::Month(year, month - 1) }
}

//! The gazetteer: names of administrative divisions, zones, universities, agencies, firms, industries, known programs, with
//! their reference codes. Tables and their sources: `data/gazetteer/`.

use std::sync::LazyLock;

use super::tables::{self, Matcher};
use crate::{
    model::{EntityType, Span, UnknownName},
    packed::unpack,
};

/// A row of a reference table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The code scheme, e.g. `GB/T2260`; empty for well-known names without a code.
    pub scheme: &'static str,
    /// The code, e.g. `120114`.
    pub code: &'static str,
    /// The type of the named thing.
    pub kind: EntityType,
    /// The official name.
    pub name: &'static str,
    /// Where it is, by official names from province down, e.g. `天津市`; may be empty.
    pub place: &'static str,
}

/// What sort of name a form is: the table that it stands in and whether it is the official name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum NameClass {
    /// Official name of a province, prefecture or county.
    Division,
    /// Its short name, without 省市区县.
    DivisionShort,
    /// A township or street.
    Township,
    /// Its short name.
    TownshipShort,
    /// A country or economic region.
    KnownRegion,
    /// Official name of a zone.
    Zone,
    /// Its short name.
    ZoneShort,
    /// Official name of a university.
    University,
    /// Its short or former name.
    UniversityOther,
    /// A central agency.
    Agency,
    /// Full name of a firm.
    Firm,
    /// Its short name.
    FirmShort,
    /// A class of an industry classification.
    IndustryClass,
    /// A term of policy texts.
    IndustryTerm,
    /// Any other well-known name, by type.
    Known(EntityType),
}

impl NameClass {
    /// What [`Self::index`] stays below.
    pub const COUNT: usize = 16 + EntityType::ALL.len();

    /// A small number, different for each class.
    pub fn index(self) -> u32 {
        match self {
            Self::Division => 0,
            Self::DivisionShort => 1,
            Self::Township => 2,
            Self::TownshipShort => 3,
            Self::KnownRegion => 4,
            Self::Zone => 5,
            Self::ZoneShort => 6,
            Self::University => 7,
            Self::UniversityOther => 8,
            Self::Agency => 9,
            Self::Firm => 10,
            Self::FirmShort => 11,
            Self::IndustryClass => 12,
            Self::IndustryTerm => 13,
            Self::Known(kind) => 16 + kind.index() as u32,
        }
    }

    /// The type that names of this class have.
    pub fn kind(self) -> EntityType {
        match self {
            Self::Division | Self::DivisionShort | Self::Township | Self::TownshipShort | Self::KnownRegion => {
                EntityType::Region
            }
            Self::Zone | Self::ZoneShort => EntityType::Park,
            Self::University | Self::UniversityOther => EntityType::Institution,
            Self::Agency => EntityType::Government,
            Self::Firm | Self::FirmShort => EntityType::Company,
            Self::IndustryClass | Self::IndustryTerm => EntityType::Industry,
            Self::Known(kind) => kind,
        }
    }
}

/// A place where a gazetteer form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GazetteerMatch {
    /// Where.
    pub span: Span,
    /// Index of the form.
    pub form: u32,
}

/// Why a table was refused.
#[derive(Debug, thiserror::Error)]
pub enum GazetteerError {
    /// A row has too few columns or an unknown type.
    #[error("{table}, line {line}: {reason}")]
    Row {
        /// The table's name.
        table: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// The matcher could not be built.
    #[error("no matcher can be built for the gazetteer: {0}")]
    Matcher(daachorse::errors::DaachorseError),
}

/// All forms with a matcher over folded text.
pub struct Gazetteer {
    entries: Vec<Entry>,
    classes: Vec<NameClass>,
    /// What each form stands for: the entries of form `i` are those from the end of form `i - 1` on.
    form_entries: Vec<u32>,
    ends: Vec<u32>,
    matcher: Matcher,
}

impl std::fmt::Debug for Gazetteer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gazetteer").field("forms", &self.classes.len()).finish_non_exhaustive()
    }
}

/// The tables that the program brings, which `build.rs` has packed.
const PACKED: [&[u8]; tables::NAMES.len()] = [
    include_bytes!(concat!(env!("OUT_DIR"), "/regions.tsv.zst")),
    include_bytes!(concat!(env!("OUT_DIR"), "/zones.tsv.zst")),
    include_bytes!(concat!(env!("OUT_DIR"), "/institutions.tsv.zst")),
    include_bytes!(concat!(env!("OUT_DIR"), "/agencies.tsv.zst")),
    include_bytes!(concat!(env!("OUT_DIR"), "/companies.tsv.zst")),
    include_bytes!(concat!(env!("OUT_DIR"), "/industries.tsv.zst")),
    include_bytes!(concat!(env!("OUT_DIR"), "/known.tsv.zst")),
];

/// The matcher over all their forms.
const PACKED_MATCHER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/matcher.zst"));

/// [`PACKED`] unpacked, once, each with its name.
fn builtin_tables() -> &'static [(&'static str, &'static str)] {
    static TEXTS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        let text = |packed| -> &'static str {
            let text = String::from_utf8(unpack(packed)).expect("the program's own tables are whole (tested)");
            Box::leak(text.into_boxed_str())
        };
        tables::NAMES.into_iter().zip(PACKED.map(text)).collect()
    });
    &TEXTS
}

impl Gazetteer {
    /// The tables that the program brings.
    pub fn builtin() -> Self {
        let (matcher, _) =
            Matcher::deserialize(&unpack(PACKED_MATCHER)).expect("the program's own matcher is whole (tested)");
        Self::with_matcher(builtin_tables(), matcher).expect("the program's own tables are well-formed (tested)")
    }

    /// From tables given as (name, text). `known.tsv` has the columns type, name, other names; all others scheme, code, type, name,
    /// other names, place. Lines that begin with `#` and a header line that begins with `scheme` are passed over.
    ///
    /// # Errors
    /// When a row is not understood, with table and line; when there are more forms than the matcher holds.
    pub fn from_tables(tables: &[(&str, &'static str)]) -> Result<Self, GazetteerError> {
        let matcher = tables::matcher(tables.iter().map(|&(_, text)| text)).map_err(GazetteerError::Matcher)?;
        Self::with_matcher(tables, matcher)
    }

    fn with_matcher(tables: &[(&str, &'static str)], matcher: Matcher) -> Result<Self, GazetteerError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut classes: Vec<NameClass> = Vec::new();
        let mut stands_for: Vec<(u32, u32)> = Vec::new();
        for &(table, text) in tables {
            for (line, row) in tables::rows(text) {
                let wrong = |reason: String| GazetteerError::Row { table: table.to_owned(), line, reason };
                let row = row.map_err(|columns| wrong(format!("{columns} columns; 2, 3 or 6 are expected")))?;
                let kind: EntityType = row.kind.parse().map_err(|e: UnknownName| wrong(e.to_string()))?;
                let entry = entries.len() as u32;
                entries.push(Entry { scheme: row.scheme, code: row.code, kind, name: row.name, place: row.place });
                for (form, official) in row.forms() {
                    let class = class_of(row.scheme, kind, official);
                    let number = number_of(&matcher, &form).ok_or_else(|| wrong(format!("`{form}` has no number")))?;
                    stands_for.push((number, entry));
                    // Forms are numbered in the order in which they come.
                    if number as usize == classes.len() {
                        classes.push(class);
                        continue;
                    }
                    let known = &mut classes[number as usize];
                    // Of several classes the first table's stays, but a well-known name outranks a short name.
                    if matches!(class, NameClass::Known(_) | NameClass::KnownRegion | NameClass::IndustryTerm)
                        && matches!(*known, NameClass::FirmShort | NameClass::TownshipShort | NameClass::IndustryClass)
                    {
                        *known = class;
                    }
                }
            }
        }
        stands_for.sort_unstable();
        stands_for.dedup();
        let ends =
            (0..classes.len() as u32).map(|form| stands_for.partition_point(|&(f, _)| f <= form) as u32).collect();
        let form_entries = stands_for.into_iter().map(|(_, entry)| entry).collect();
        Ok(Self { entries, classes, form_entries, ends, matcher })
    }

    /// Every form that stands in a folded text, overlapping ones included, by end and then by start.
    pub fn matches(&self, folded: &[char]) -> Vec<GazetteerMatch> {
        let text: String = folded.iter().collect();
        let mut char_at = vec![0u32; text.len() + 1];
        for (count, (byte, _)) in text.char_indices().enumerate() {
            char_at[byte] = count as u32;
        }
        char_at[text.len()] = folded.len() as u32;
        self.matcher
            .find_overlapping_iter(&text)
            .map(|found| GazetteerMatch {
                span: Span::new(char_at[found.start()] as usize, char_at[found.end()] as usize),
                form: found.value(),
            })
            .collect()
    }

    /// The matches in a whole article. 全州 is none where 全州县 is not named: there it says the whole prefecture, as 全市 the whole city.
    pub fn matches_in_article(&self, folded: &[char]) -> Vec<GazetteerMatch> {
        let mut found = self.matches(folded);
        let whole = ['全', '州'];
        let is_county =
            |four: &[char]| four[..3] == ['全', '州', '县'] && !matches!(four[3], '域' | '级' | '市' | '乡');
        if !folded.windows(4).any(is_county) {
            found.retain(|found| folded[found.span.start..found.span.end] != whole);
        }
        found
    }

    /// The class of a form.
    pub fn class(&self, form: u32) -> NameClass {
        self.classes[form as usize]
    }

    /// The entries that a form may stand for.
    pub fn entries(&self, form: u32) -> impl Iterator<Item = &Entry> {
        let form = form as usize;
        let start = form.checked_sub(1).map_or(0, |before| self.ends[before]);
        let entries = &self.form_entries[start as usize..self.ends[form] as usize];
        entries.iter().map(|&entry| &self.entries[entry as usize])
    }

    /// The form that is exactly this folded text.
    pub fn form(&self, folded: &str) -> Option<u32> {
        number_of(&self.matcher, folded)
    }
}

/// The number of the form that is exactly this folded text.
fn number_of(matcher: &Matcher, folded: &str) -> Option<u32> {
    let mut found = matcher.find_overlapping_iter(folded);
    found.find(|found| (found.start(), found.end()) == (0, folded.len())).map(|found| found.value())
}

fn class_of(scheme: &str, kind: EntityType, official: bool) -> NameClass {
    match (scheme, kind, official) {
        ("GB/T2260", _, true) => NameClass::Division,
        ("GB/T2260", _, false) => NameClass::DivisionShort,
        ("NBS", _, true) => NameClass::Township,
        ("NBS", _, false) => NameClass::TownshipShort,
        ("zone", EntityType::Region, _) | ("", EntityType::Region, _) => NameClass::KnownRegion,
        ("zone", _, true) => NameClass::Zone,
        ("zone", _, false) => NameClass::ZoneShort,
        ("MOE", _, true) => NameClass::University,
        ("MOE", _, false) => NameClass::UniversityOther,
        ("agency", _, _) => NameClass::Agency,
        ("soe" | "stock", _, true) => NameClass::Firm,
        ("soe" | "stock", _, false) => NameClass::FirmShort,
        ("term", _, _) | ("", EntityType::Industry, _) => NameClass::IndustryTerm,
        (_, EntityType::Industry, _) => NameClass::IndustryClass,
        _ => NameClass::Known(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_parse_and_name_no_code_twice() {
        let gazetteer = Gazetteer::builtin();
        let mut codes: Vec<(&str, &str)> = gazetteer
            .entries
            .iter()
            .filter(|entry| !entry.scheme.is_empty())
            .map(|entry| (entry.scheme, entry.code))
            .collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }

    #[test]
    fn the_matcher_that_the_program_brings_is_that_of_its_tables() {
        let made = tables::matcher(builtin_tables().iter().map(|&(_, text)| text)).expect("a matcher");
        assert!(Gazetteer::builtin().matcher.serialize() == made.serialize());
    }

    #[test]
    fn a_short_name_keeps_all_its_places() {
        let gazetteer = Gazetteer::builtin();
        let form = gazetteer.form("鼓楼").expect("鼓楼 is a short name");
        assert!(gazetteer.entries(form).count() >= 4);
    }

    #[test]
    fn the_whole_prefecture_is_not_the_county_of_that_name() {
        let gazetteer = Gazetteer::builtin();
        let found = |text: &str| {
            let folded: Vec<char> = text.chars().collect();
            let matches = gazetteer.matches_in_article(&folded).into_iter();
            matches.filter(|found| found.span.start == 0).map(|found| found.span.len()).collect::<Vec<_>>()
        };
        assert!(found("全州建成公路,怒江州").is_empty());
        assert!(found("全州建成公路,全州县域经济").is_empty());
        assert_eq!(found("全州建成公路,全州县在广西"), [2]);
    }

    #[test]
    fn a_row_with_an_unknown_type_is_refused_with_its_line() {
        let error = Gazetteer::from_tables(&[("x.tsv", "Place\t某地\n")]).expect_err("Place is no type");
        assert!(error.to_string().starts_with("x.tsv, line 1: `Place` is no entity type"), "{error}");
    }
}

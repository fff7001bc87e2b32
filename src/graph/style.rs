//! How types and relations look: shape, colour, words.
//!
//! Fills are Paul Tol's "light" and "pale" qualitative schemes (<https://sronpersonalpages.nl/~pault/>), made for labels in black and
//! for colour-blind readers; no scheme has fourteen safe colours, so each type has a shape of its own too. Edges have five
//! colours of Okabe and Ito (2008), one for each family of relations.

use super::{facts::last_part, subgraph::Relation};
use crate::model::{EntityType, Predicate};

/// The language of what stands in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LabelLang {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl LabelLang {
    /// The text in this language.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// The outline of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// An ellipse.
    Ellipse,
    /// A hexagon with its points left and right.
    Hexagon,
    /// A rectangle.
    Box,
    /// A rectangle with cut corners.
    Octagon,
    /// A rectangle with a gable.
    House,
    /// The same upside down.
    InvHouse,
    /// A rectangle with round corners.
    Rounded,
    /// Narrow above, wide below.
    Trapezium,
    /// Leaning to the right.
    Parallelogram,
    /// A sheet with a folded corner.
    Note,
    /// A box that points to the right.
    Arrow,
    /// A cylinder.
    Cylinder,
    /// A box with a rider.
    Tab,
    /// An ellipse with a double line.
    DoubleEllipse,
}

/// How a type looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeStyle {
    /// Its outline.
    pub shape: Shape,
    /// Colour within, `#RRGGBB`; black text on it is readable.
    pub fill: &'static str,
    /// Colour of the line, `#RRGGBB`.
    pub stroke: &'static str,
}

/// The look of an entity type; of what has none, a dashed white box.
pub fn type_style(kind: Option<EntityType>) -> TypeStyle {
    use EntityType::*;
    let (shape, fill, stroke) = match kind {
        Some(Region) => (Shape::Ellipse, "#44BB99", "#1F6F5A"),
        Some(Park) => (Shape::Hexagon, "#BBCC33", "#6B7615"),
        Some(Company) => (Shape::Box, "#77AADD", "#2C5F93"),
        Some(Government) => (Shape::Octagon, "#EE8866", "#9C3F1D"),
        Some(Institution) => (Shape::House, "#99DDFF", "#2E7FA6"),
        Some(Organization) => (Shape::Rounded, "#FFAABB", "#A8485E"),
        Some(Platform) => (Shape::Trapezium, "#C9C94A", "#66660A"),
        Some(Program) => (Shape::Parallelogram, "#EEDD88", "#8A7720"),
        Some(Document) => (Shape::Note, "#DDDDDD", "#666666"),
        Some(Project) => (Shape::Arrow, "#CCDDAA", "#5E7533"),
        Some(Industry) => (Shape::Cylinder, "#C9B3DC", "#654587"),
        Some(Event) => (Shape::InvHouse, "#FFDDCC", "#A8643C"),
        Some(Product) => (Shape::Tab, "#BBCCEE", "#44598C"),
        Some(Person) => (Shape::DoubleEllipse, "#F6F6F6", "#222255"),
        None => (Shape::Box, "#FFFFFF", "#777777"),
    };
    TypeStyle { shape, fill, stroke }
}

/// The type's name for readers.
pub fn type_label(kind: Option<EntityType>, lang: LabelLang) -> &'static str {
    match kind {
        Some(kind) => lang.pick(kind.label_zh(), kind.as_str()),
        None => lang.pick("其他", "Other"),
    }
}

/// A family of relations, which share a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Where something is, what it belongs to.
    Place,
    /// Programs, documents, support.
    Policy,
    /// Building, drawing in, making, investing.
    Development,
    /// Working and meeting together.
    Cooperation,
    /// What one works on.
    Industry,
    /// Other properties.
    Other,
}

impl Family {
    /// In the legend's order.
    pub const ALL: [Self; 6] =
        [Self::Place, Self::Policy, Self::Development, Self::Cooperation, Self::Industry, Self::Other];

    /// The family of a relation.
    pub fn of(relation: &Relation) -> Self {
        use Predicate::*;
        match relation {
            Relation::Known(LocatedIn | PartOf | Jurisdiction | Connects) => Self::Place,
            Relation::Known(Implements | Issues | Supports) => Self::Policy,
            Relation::Known(Develops | Attracts | Produces | InvestsIn) => Self::Development,
            Relation::Known(CooperatesWith | ParticipatesIn | Organizes | ReliesOn) => Self::Cooperation,
            Relation::Known(FocusesOn) => Self::Industry,
            Relation::Other(_) => Self::Other,
        }
    }

    /// Colour of its lines and words, `#RRGGBB`; dark enough for small text on white.
    pub fn colour(self) -> &'static str {
        match self {
            Self::Place => "#5F6B73",
            Self::Policy => "#0063A3",
            Self::Development => "#B34700",
            Self::Cooperation => "#00735A",
            Self::Industry => "#97488A",
            Self::Other => "#222222",
        }
    }

    /// Its name for the legend.
    pub fn label(self, lang: LabelLang) -> &'static str {
        match self {
            Self::Place => lang.pick("位置与隶属", "place and belonging"),
            Self::Policy => lang.pick("政策与支持", "policy and support"),
            Self::Development => lang.pick("建设与投资", "building and investment"),
            Self::Cooperation => lang.pick("合作与参与", "cooperation"),
            Self::Industry => lang.pick("产业方向", "industry focus"),
            Self::Other => lang.pick("其他关系", "other"),
        }
    }
}

/// The words on an edge.
pub(super) fn relation_label(relation: &Relation, lang: LabelLang) -> &str {
    use Predicate::*;
    let Relation::Known(predicate) = relation else { return last_part(relation.name()) };
    if lang == LabelLang::Zh {
        return predicate.label_zh();
    }
    match predicate {
        LocatedIn => "located in",
        PartOf => "part of",
        Jurisdiction => "responsible for",
        Implements => "implements",
        Issues => "issues",
        FocusesOn => "focuses on",
        Develops => "develops",
        Attracts => "attracts",
        CooperatesWith => "cooperates with",
        Supports => "supports",
        ReliesOn => "relies on",
        ParticipatesIn => "takes part in",
        Organizes => "organizes",
        Connects => "connects",
        Produces => "produces",
        InvestsIn => "invests in",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("hexadecimal")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn every_type_has_a_shape_and_a_colour_of_its_own() {
        let styles: Vec<TypeStyle> = EntityType::ALL.iter().map(|&kind| type_style(Some(kind))).collect();
        assert_eq!(styles.iter().map(|style| style.shape).collect::<HashSet<_>>().len(), styles.len());
        assert_eq!(styles.iter().map(|style| style.fill).collect::<HashSet<_>>().len(), styles.len());
    }

    #[test]
    fn text_has_more_contrast_than_wcag_asks_for() {
        for &kind in EntityType::ALL {
            let ratio = (luminance(type_style(Some(kind)).fill) + 0.05) / (luminance("#1A1A1A") + 0.05);
            assert!(ratio >= 6.5, "{kind}: {ratio}");
        }
        for family in Family::ALL {
            let ratio = 1.05 / (luminance(family.colour()) + 0.05);
            assert!(ratio >= 4.5, "{family:?}: {ratio}");
        }
    }
}

//! The closed vocabularies: entity types, predicates with their type table, qualifiers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// A name that is none of a vocabulary's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no {vocabulary}; known are: {known}")]
pub struct UnknownName {
    /// What was given.
    pub name: String,
    /// The vocabulary's name.
    pub vocabulary: &'static str,
    /// Its members, comma-separated.
    pub known: String,
}

macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident, $what:literal, $case:literal { $($(#[$vmeta:meta])* $variant:ident = $text:literal, $zh:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = $case)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// All members, in the order of the guidelines.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name used in files and IRIs.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The Chinese label.
            pub fn label_zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)+ }
            }

            /// Place in [`Self::ALL`].
            pub fn index(self) -> usize {
                self as usize
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let names = Self::ALL.iter().map(|member| member.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
            }
        }

        impl ToSchema for $name {}

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                Self::ALL.iter().copied().find(|member| member.as_str().eq_ignore_ascii_case(name) || member.label_zh() == name).ok_or_else(|| UnknownName {
                    name: name.to_owned(),
                    vocabulary: $what,
                    known: Self::ALL.iter().map(|member| member.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

vocabulary! {
    /// The fourteen kinds of named things.
    EntityType, "entity type", "PascalCase" {
        /// Administrative divisions, countries, named economic regions, new areas: 武清区, 京津冀.
        Region = "Region", "地区";
        /// Designated development places: 武清开发区, 天津自贸区.
        Park = "Park", "园区";
        /// For-profit firms, groups, banks: 诺禾致源.
        Company = "Company", "企业";
        /// Party and state organs: 国家发改委.
        Government = "Government", "政府机构";
        /// Universities, research institutes, hospitals, libraries: 天津大学医学部.
        Institution = "Institution", "院校机构";
        /// Alliances, associations, media, international bodies: 天津日报.
        Organization = "Organization", "社会组织";
        /// Innovation and service carriers: 博菲德众创空间.
        Platform = "Platform", "平台";
        /// Named strategies, policies, campaigns, mechanisms, funds: 揭榜挂帅.
        Program = "Program", "政策计划";
        /// Titled texts and numbered documents: JGW〔2024〕113号.
        Document = "Document", "文件";
        /// Construction and investment projects: 津武线.
        Project = "Project", "项目";
        /// Industries and technology fields: 生物医药.
        Industry = "Industry", "产业";
        /// Meetings, fairs, contests: 央企恳谈会.
        Event = "Event", "活动";
        /// Products, brands, research results: 天津号.
        Product = "Product", "产品";
        /// People.
        Person = "Person", "人物";
    }
}

vocabulary! {
    /// The sixteen relations.
    Predicate, "predicate", "camelCase" {
        /// A thing stands in a region or park.
        LocatedIn = "locatedIn", "位于";
        /// A named part of a named whole of the same kind.
        PartOf = "partOf", "属于";
        /// An organ's district.
        Jurisdiction = "jurisdiction", "管辖";
        /// A body carries out a program.
        Implements = "implements", "实施";
        /// A body publishes a document.
        Issues = "issues", "发布";
        /// A place, body or program works on an industry.
        FocusesOn = "focusesOn", "聚焦";
        /// A body builds or runs a place, platform, project or organization.
        Develops = "develops", "建设";
        /// A place or platform draws in a firm, institution or project.
        Attracts = "attracts", "引进";
        /// Two bodies work together; symmetric, written once.
        CooperatesWith = "cooperatesWith", "合作";
        /// A program or body helps somebody or something.
        Supports = "supports", "支持";
        /// Something rests on a carrier.
        ReliesOn = "reliesOn", "依托";
        /// A body or person takes part.
        ParticipatesIn = "participatesIn", "参与";
        /// A body holds an event.
        Organizes = "organizes", "举办";
        /// A project links places.
        Connects = "connects", "连接";
        /// A body makes a product.
        Produces = "produces", "生产";
        /// A body puts money into something.
        InvestsIn = "investsIn", "投资";
    }
}

vocabulary! {
    /// How a figure is to be read.
    Qualifier, "qualifier", "camelCase" {
        /// As stated.
        Exact = "exact", "等于";
        /// 以上, 超过, 突破, 余.
        AtLeast = "atLeast", "不少于";
        /// 最高, 以内, 不到.
        AtMost = "atMost", "不超过";
        /// 约, 近.
        About = "about", "约";
        /// 同比增长.
        Growth = "growth", "增长";
        /// 下降, 缩短, 压缩.
        Decline = "decline", "下降";
    }
}

impl Predicate {
    /// Whether the guidelines' table allows this predicate between the two types.
    pub fn allows(self, subject: EntityType, object: EntityType) -> bool {
        use EntityType::*;
        let acting = matches!(subject, Region | Park | Government | Organization | Institution | Company);
        let body = |kind| matches!(kind, Region | Park | Government | Organization | Institution | Company | Platform);
        match self {
            Self::LocatedIn => {
                matches!(
                    subject,
                    Park | Company | Institution | Platform | Project | Event | Organization | Government | Product
                ) && matches!(object, Region | Park)
            }
            Self::PartOf => {
                subject == object
                    && matches!(
                        subject,
                        Region | Park | Platform | Project | Government | Organization | Institution | Program
                    )
                    || subject == Platform && object == Park
            }
            Self::Jurisdiction => subject == Government && object == Region,
            Self::Implements => acting && object == Program,
            Self::Issues => acting && object == Document,
            Self::FocusesOn => {
                matches!(
                    subject,
                    Region | Park | Program | Organization | Platform | Company | Institution | Document | Project
                ) && object == Industry
            }
            Self::Develops => acting && matches!(object, Park | Platform | Project | Organization),
            Self::Attracts => {
                matches!(subject, Region | Park | Platform | Organization)
                    && matches!(object, Company | Institution | Project | Organization)
            }
            Self::CooperatesWith => body(subject) && body(object),
            Self::Supports => {
                matches!(subject, Program | Region | Government | Platform | Organization | Document)
                    && matches!(object, Company | Organization | Institution | Platform | Industry | Project | Person)
            }
            Self::ReliesOn => {
                matches!(object, Company | Institution | Park | Platform | Organization | Region)
            }
            Self::ParticipatesIn => {
                matches!(subject, Company | Institution | Organization | Region | Government | Person)
                    && matches!(object, Event | Organization | Program)
            }
            Self::Organizes => acting && object == Event,
            Self::Connects => subject == Project && matches!(object, Region | Park | Project),
            Self::Produces => {
                matches!(subject, Region | Company | Institution | Organization | Park) && object == Product
            }
            Self::InvestsIn => {
                matches!(subject, Company | Region | Organization)
                    && matches!(object, Company | Project | Region | Park)
            }
        }
    }

    /// Whether the two ends may be exchanged.
    pub fn is_symmetric(self) -> bool {
        self == Self::CooperatesWith
    }
}

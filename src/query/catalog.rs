//! Named queries: SPARQL files whose first comment lines say, in Chinese and English, what they answer and what they take.
//!
//! ```text
//! # zh: 某地区的园区
//! # en: Parks of a region
//! # zh-about: 位于该地区及其下属地区的园区。
//! # en-about: Parks in the region and its parts.
//! # param region: Region|Park = *
//! #   zh: 地区名称
//! #   en: the region's name
//! #   example: 武清区
//! # rows: yes
//! ```
//!
//! `$region` in the query is the parameter's place. `rows` says whether the examples have an answer on the sample data: a test
//! holds the query to it. `= *` makes a parameter optional: anything will do.

use std::{collections::BTreeMap, path::Path};

use super::{
    builtin,
    error::CatalogError,
    parameters::{Parameter, ParameterType},
};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, utoipa::ToSchema)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A query with a name.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NamedQuery {
    /// The file's name without extension.
    pub name: String,
    /// What it answers, in a few words.
    pub title: Bilingual,
    /// What the rows are.
    pub about: Bilingual,
    /// What it takes, in the order of the header.
    pub parameters: Vec<Parameter>,
    /// Whether the examples have an answer on the sample data.
    #[serde(skip)]
    pub has_rows: bool,
    /// The whole file.
    #[serde(rename = "sparql")]
    pub text: String,
}

/// All named queries.
#[derive(Debug, Clone)]
pub struct Catalog {
    queries: Vec<NamedQuery>,
}

impl Catalog {
    /// Those that the program brings, in the order of subjects.
    ///
    /// # Errors
    /// Never in a tested build: a test reads every header.
    pub fn builtin() -> Result<Self, CatalogError> {
        let queries = builtin::FILES.iter().map(|(name, text)| parse(name, text)).collect::<Result<_, _>>()?;
        Ok(Self { queries })
    }

    /// Those of the program, with every `*.rq` of a folder added or, where it has the name of one, put in its place.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, or a header is wrong.
    pub fn with_folder(folder: &Path) -> Result<Self, CatalogError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| CatalogError::Io { path, source }
        };
        let mut catalog = Self::builtin()?;
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(io(folder))? {
            let path = entry.map_err(io(folder))?.path();
            if path.extension().is_some_and(|extension| extension == "rq") {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path).map_err(io(&path))?);
            }
        }
        for (name, text) in files {
            let query = parse(&name, &text)?;
            match catalog.queries.iter_mut().find(|known| known.name == name) {
                Some(known) => *known = query,
                None => catalog.queries.push(query),
            }
        }
        Ok(catalog)
    }

    /// All of them.
    pub fn queries(&self) -> &[NamedQuery] {
        &self.queries
    }

    /// The query of that name.
    pub fn find(&self, name: &str) -> Option<&NamedQuery> {
        self.queries.iter().find(|query| query.name == name)
    }

    /// Names that are like a name that is none: shared words first.
    pub fn similar(&self, name: &str) -> Vec<&str> {
        let words: Vec<&str> = name.split(['-', '_', ' ']).filter(|word| word.len() > 2).collect();
        let shared = |query: &NamedQuery| words.iter().filter(|word| query.name.contains(**word)).count();
        let mut similar: Vec<&NamedQuery> = self.queries.iter().filter(|query| shared(query) > 0).collect();
        similar.sort_by_key(|query| std::cmp::Reverse(shared(query)));
        similar.into_iter().take(5).map(|query| query.name.as_str()).collect()
    }
}

/// Reads a file with its header.
///
/// # Errors
/// When the header is wrong or lacks a line.
pub fn parse(name: &str, text: &str) -> Result<NamedQuery, CatalogError> {
    let mut title = Bilingual::default();
    let mut about = Bilingual::default();
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut has_rows = None;
    for (index, line) in header(text) {
        let wrong = |wrong: String| CatalogError::Header { name: name.to_owned(), line: index + 1, wrong };
        let (key, value) = line.split_once(": ").ok_or_else(|| wrong(format!("`{line}` is no `key: value`")))?;
        let value = value.trim().to_owned();
        if let Some(parameter) = key.strip_prefix("param ") {
            parameters.push(Parameter::parse(parameter.trim(), &value).map_err(wrong)?);
            continue;
        }
        let of = parameters.last_mut();
        match (key, of) {
            ("zh", None) => title.zh = value,
            ("en", None) => title.en = value,
            ("zh-about", _) => about.zh = value,
            ("en-about", _) => about.en = value,
            ("zh", Some(parameter)) => parameter.about.zh = value,
            ("en", Some(parameter)) => parameter.about.en = value,
            ("example", Some(parameter)) => parameter.example = value,
            ("rows", _) => match value.as_str() {
                "yes" => has_rows = Some(true),
                "no" => has_rows = Some(false),
                _ => return Err(wrong("`rows` is yes or no".to_owned())),
            },
            _ => return Err(wrong(format!("`{key}` is no key"))),
        }
    }
    let given = [("zh", &title.zh), ("en", &title.en), ("zh-about", &about.zh), ("en-about", &about.en)];
    let missing = |key: &str| CatalogError::Incomplete { name: name.to_owned(), key: key.to_owned() };
    if let Some((key, _)) = given.iter().find(|(_, text)| text.is_empty()) {
        return Err(missing(key));
    }
    for parameter in &parameters {
        if parameter.about.zh.is_empty() || parameter.about.en.is_empty() || parameter.example.is_empty() {
            return Err(missing(&format!("zh, en and example of {}", parameter.name)));
        }
    }
    let has_rows = has_rows.ok_or_else(|| missing("rows"))?;
    Ok(NamedQuery { name: name.to_owned(), title, about, parameters, has_rows, text: text.to_owned() })
}

/// The parameters that a query file of somebody's own declares: none where it has no header of ours.
pub fn parameters_of(name: &str, text: &str) -> Result<Vec<Parameter>, CatalogError> {
    if header(text).any(|(_, line)| line.starts_with("param ")) {
        return parse(name, text).map(|query| query.parameters);
    }
    Ok(Vec::new())
}

/// The comment lines before the query, with their index, trimmed, empty ones left out.
fn header(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (text.lines().enumerate())
        .map_while(|(index, line)| line.strip_prefix('#').map(|line| (index, line.trim())))
        .filter(|(_, line)| !line.is_empty())
}

impl NamedQuery {
    /// The examples of its parameters, as if they had been given.
    pub fn examples(&self) -> Vec<(String, String)> {
        self.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.example.clone())).collect()
    }

    /// How it is called with its examples: `yutu query parks-in-region --region 武清区`.
    pub fn usage(&self) -> String {
        let mut usage = format!("yutu query {}", self.name);
        for Parameter { name, example, default, kind, .. } in &self.parameters {
            let quoted = match kind {
                ParameterType::Integer | ParameterType::Decimal | ParameterType::Date => example.clone(),
                _ if example.chars().all(|c| c.is_alphanumeric()) => example.clone(),
                _ => format!("'{example}'"),
            };
            match default {
                None => usage.push_str(&format!(" --{name} {quoted}")),
                Some(_) => usage.push_str(&format!(" [--{name} {quoted}]")),
            }
        }
        usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "# zh: 园区\n# en: Parks\n# zh-about: 某地的园区。\n# en-about: Parks of a place.\n# param at-least: integer = 1\n#   \
                          zh: 至少几个\n#   en: how many\n#   example: 2\n# rows: no\nASK {}\n# later: x\n";

    #[test]
    fn a_header_is_read() {
        let query = parse("parks", HEADER).expect("a header");
        assert_eq!(query.title.en, "Parks");
        assert_eq!(query.parameters[0].name, "at-least");
        assert_eq!(query.parameters[0].default.as_deref(), Some("1"));
        assert_eq!(query.usage(), "yutu query parks [--at-least 2]");
        assert!(!query.has_rows);
    }

    #[test]
    fn a_wrong_header_says_where() {
        let error = |text: String| parse("parks", &text).expect_err("wrong").to_string();
        assert_eq!(
            error(HEADER.replace("integer", "number")).split(": ").next(),
            Some("the header of parks.rq, line 5")
        );
        assert!(error(HEADER.replace("# rows: no\n", "")).contains("no `rows`"));
        assert!(error(HEADER.replace("#   en: how many\n", "")).contains("at-least"));
        assert!(error(HEADER.replace("# en: Parks", "# fr: Parcs")).contains("`fr`"));
    }

    #[test]
    fn own_queries_need_no_header() {
        assert_eq!(parameters_of("own", "# my query: parks\nASK {}").expect("no parameters"), []);
        assert_eq!(parameters_of("own", HEADER).expect("parameters").len(), 1);
    }

    #[test]
    fn a_folder_adds_and_replaces() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("parks-in-region.rq"), HEADER).expect("written");
        std::fs::write(folder.path().join("own.rq"), HEADER).expect("written");
        let catalog = Catalog::with_folder(folder.path()).expect("good queries");
        assert_eq!(catalog.queries().len(), builtin::FILES.len() + 1);
        assert_eq!(catalog.find("parks-in-region").map(|query| query.title.zh.as_str()), Some("园区"));
    }

    #[test]
    fn a_mistyped_name_is_answered_with_similar_ones() {
        let catalog = Catalog::builtin().expect("good queries");
        assert_eq!(catalog.similar("parks-of-region").first(), Some(&"parks-in-region"));
    }
}

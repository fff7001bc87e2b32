//! Web pages: main content by readability, the rest by the page's own metadata.
//!
//! Chinese government sites name title, date and source in `<meta>` fields of the State Council's guide for government websites
//! (《政府网站发展指引》, 2017): `ArticleTitle`, `PubDate`, `ContentSource`, `Url`.

use dom_smoothie::{Config, Readability, ReadabilityError, TextMode};

use super::{
    Place, ReadError,
    clean::{Draft, Labels},
    date,
};
use crate::model::Article;

/// Deeper trees are no articles, and take more stack than a thread has.
const MAX_DEPTH: usize = 500;

/// More elements are no article, and take the readability rules too long.
const MAX_ELEMENTS: usize = 200_000;

/// The article, `None` where the page holds no text.
///
/// # Errors
/// Where no main content can be told from the rest, or the page is nested too deeply.
pub(super) fn article(page: &str, place: Place) -> Result<Option<Article>, ReadError> {
    let failed = |source| ReadError::Html { place: place.clone(), source };
    let depth = depth(page);
    if depth > MAX_DEPTH {
        return Err(failed(ReadabilityError::TooManyElements(depth, MAX_DEPTH)));
    }
    // Half a screen of Chinese says as much as the 500 letters of the default.
    let config = Config {
        char_threshold: 120,
        max_elements_to_parse: MAX_ELEMENTS,
        text_mode: TextMode::Formatted,
        ..Config::default()
    };
    let mut readability = Readability::new(page, None, Some(config)).map_err(failed)?;
    let own = PageFields::of(&readability);
    let found = match readability.parse() {
        Ok(found) => found,
        Err(_) if own.text.trim().is_empty() => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let title = own.title.unwrap_or_else(|| without_site(&found.title).to_owned());
    let lines = found.text_content.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.skip_while(|line| *line == title);
    let title_line = Some(title.as_str()).filter(|title| !title.trim().is_empty());
    let Some(mut draft) = Draft::from_lines(title_line.into_iter().chain(lines)) else { return Ok(None) };
    let published = own.published.or_else(|| found.published_time.as_deref().and_then(date::parse));
    let labels = own.text.lines().find_map(Labels::of_line);
    let (label_date, label_source) = labels.map_or((None, None), |labels| (labels.published, labels.source));
    let labelled = || label_date.or_else(|| own.text.lines().find_map(date::labelled));
    draft.published = published.or(draft.published).or_else(labelled).or(own.time);
    draft.source = own.address.or(found.url).or(own.source).or(draft.source).or(label_source).or(found.site_name);
    Ok(Some(draft.into_article()))
}

/// What the page says about itself.
struct PageFields {
    title: Option<String>,
    published: Option<String>,
    address: Option<String>,
    source: Option<String>,
    /// The day of the first `<time datetime="…">`.
    time: Option<String>,
    /// All text of the page, with its navigation.
    text: String,
}

impl PageFields {
    fn of(page: &Readability) -> Self {
        let attribute = |selector: &str, name: &str| {
            let value = page.doc.select(selector).attr(name)?;
            Some(value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let meta = |name: &str| {
            let lower = name.to_ascii_lowercase();
            attribute(&format!("meta[name=\"{name}\"]"), "content")
                .or_else(|| attribute(&format!("meta[name=\"{lower}\"]"), "content"))
        };
        let heading = page.doc.select("h1");
        let heading = Some(heading.text().split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|text| heading.length() == 1 && !text.is_empty());
        let page_title = page.doc.select("title").text().to_string();
        let is_absolute = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        Self {
            // A heading is the article's only where the page's title agrees: else it is the site's name.
            title: meta("ArticleTitle").or_else(|| heading.filter(|text| page_title.contains(text.as_str()))),
            published: meta("PubDate").as_deref().and_then(date::parse),
            address: attribute("link[rel=\"canonical\"]", "href")
                .filter(is_absolute)
                .or_else(|| meta("Url").filter(is_absolute))
                .or_else(|| attribute("meta[property=\"og:url\"]", "content").filter(is_absolute)),
            source: meta("ContentSource"),
            time: attribute("time[datetime]", "datetime").as_deref().and_then(date::parse),
            text: page.doc.select("body").formatted_text().to_string(),
        }
    }
}

/// `武清区引进项目_天津市武清区人民政府` without the site's name. What follows a dash is the site's only where it ends as sites do:
/// `揭榜挂帅—津南新政` stays.
fn without_site(title: &str) -> &str {
    const SITES: &[&str] = &[
        "网",
        "网站",
        "政府",
        "日报",
        "晚报",
        "早报",
        "新闻",
        "门户",
        "频道",
        "客户端",
        "委员会",
        "中心",
        "局",
        "在线",
        "公众号",
        "管委会",
        "头条",
    ];
    let mut title = title.trim();
    while let Some((at, mark)) = title.char_indices().rev().find(|(_, c)| "_|｜-–—".contains(*c)) {
        let (before, site) = (title[..at].trim_end_matches([' ', mark]), title[at + mark.len_utf8()..].trim());
        let is_site = "_|｜".contains(mark) || SITES.iter().any(|end| site.ends_with(end));
        if before.chars().nth(3).is_none() || !is_site {
            break;
        }
        title = before;
    }
    title
}

/// How deep tags are nested, roughly: void and unclosed ones count as open, which errs on the side of caution.
fn depth(page: &str) -> usize {
    const VOID: &[&str] = &[
        "br", "img", "meta", "link", "hr", "input", "area", "base", "col", "embed", "source", "wbr", "p", "li", "td",
        "tr", "option",
    ];
    let (mut depth, mut deepest) = (0usize, 0);
    for at in memchr::memchr_iter(b'<', page.as_bytes()) {
        let rest = &page[at + 1..];
        let is_end = rest.starts_with('/');
        let name: &str = rest.trim_start_matches('/');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let name = &name[..end];
        if name.is_empty() || VOID.iter().any(|void| void.eq_ignore_ascii_case(name)) {
            continue;
        }
        depth = if is_end { depth.saturating_sub(1) } else { depth + 1 };
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Article {
        article(page, Place::file("a.html")).unwrap().unwrap()
    }

    const BODY: &str = "武清区以京津冀协同发展战略为引领，聚焦生物医药产业，引进诺禾致源等重点企业，全年到位资金12.5亿元，同比增长8.2%，\
        京滨工业园、武清开发区等载体建设加快推进，科技创新能力持续提升，营商环境不断优化，企业获得感明显增强。";

    #[test]
    fn navigation_and_footer_are_left_out() {
        let page = format!(
            "<html><head><title>武清引进项目_武清区人民政府</title><meta name=\"PubDate\" content=\"2025-07-02 10:30\">\
             <link rel=\"canonical\" href=\"https://a.example/1.html\"></head><body><div class=\"nav\"><a href=/>首页</a><a href=/x>政务公开</a></div>\
             <h1>武清引进项目</h1><div class=\"article\"><p>{BODY}</p><p>{BODY}</p></div>\
             <div class=\"footer\"><a href=/c>联系我们</a> 版权所有</div></body></html>"
        );
        let article = read(&page);
        assert_eq!(article.text, format!("武清引进项目\n{BODY}\n{BODY}"));
        assert_eq!(article.published.as_deref(), Some("2025-07-02"));
        assert_eq!(article.source.as_deref(), Some("https://a.example/1.html"));
    }

    #[test]
    fn a_day_in_the_page_s_text_is_found() {
        let page = format!(
            "<title>武清引进项目</title><body><div><span>发布时间：2025年7月2日</span></div><article><p>{BODY}</p></article>"
        );
        assert_eq!(read(&page).published.as_deref(), Some("2025-07-02"));
    }

    #[test]
    fn a_page_of_tables_has_its_site_s_name_cut_off_and_its_labels_read() {
        let page = format!(
            "<title>武清\"四高\"并举 - 天津市人民政府</title><table><tr><td>发布日期：2025年07月02日　来源：武清区人民政府　【字体：大 中 小】\
             <tr><td>{BODY}<br><br>　　{BODY}<tr><td>【<a>打印本页</a>】【<a>关闭窗口</a>】</table><div>津ICP备05000000号</div>"
        );
        let article = read(&page);
        assert_eq!(article.text, format!("武清\"四高\"并举\n{BODY}\n{BODY}"));
        assert_eq!(article.published.as_deref(), Some("2025-07-02"));
        assert_eq!(article.source.as_deref(), Some("武清区人民政府"));
    }

    #[test]
    fn a_dash_in_a_title_is_no_site() {
        assert_eq!(without_site("武清区引进项目_要闻_天津市人民政府"), "武清区引进项目");
        assert_eq!(without_site("武清区引进项目--天津日报"), "武清区引进项目");
        assert_eq!(without_site("揭榜挂帅—津南新政"), "揭榜挂帅—津南新政");
        assert_eq!(without_site("新政-人民网"), "新政-人民网");
    }

    #[test]
    fn a_page_without_text_is_empty() {
        assert!(article("<html><body><div></div></body></html>", Place::file("a.html")).unwrap().is_none());
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let page = "<div>".repeat(100_000) + BODY;
        assert!(matches!(article(&page, Place::file("a.html")), Err(ReadError::Html { .. })));
        let page = "<div>".repeat(MAX_DEPTH - 10) + BODY;
        let _ = article(&page, Place::file("a.html"));
    }
}

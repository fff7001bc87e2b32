//! What title, body and date are, once the characters are known; and what at an article's end belongs to the site, not to the article.

use std::sync::LazyLock;

use regex::Regex;

use super::date;
use crate::model::Article;

/// An article in the making.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) id: Option<String>,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) published: Option<String>,
    pub(super) source: Option<String>,
}

impl Draft {
    /// The first line with text is the title. Lines of labels under it and a line with only a date at the end give date and source and
    /// are taken off; so are the links of a site's footer. Nothing where there is no text.
    pub(super) fn from_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut lines = lines.skip_while(|line| line.trim().is_empty());
        let mut draft = Self { title: lines.next()?.trim().to_owned(), ..Self::default() };
        let mut body: Vec<&str> = lines.skip_while(|line| line.trim().is_empty()).collect();
        while let Some(labels) = body.first().and_then(|line| Labels::of_line(line)) {
            draft.published = draft.published.or(labels.published);
            draft.source = draft.source.or(labels.source);
            body.remove(0);
        }
        draft.cut_end(&mut body);
        if draft.published.is_none() {
            draft.published = body.iter().find_map(|line| date::labelled(line));
        }
        draft.body = body.join("\n").trim_end().to_owned();
        Some(draft)
    }

    /// Takes the footer and the date line off the end.
    fn cut_end(&mut self, body: &mut Vec<&str>) {
        while let Some(last) = body.last() {
            if last.trim().is_empty() || is_footer(last) {
                body.pop();
            } else if self.published.is_none()
                && let Some(date) = date::only(last)
            {
                self.published = Some(date);
                body.pop();
            } else {
                break;
            }
        }
    }

    /// The article. A title is one line: line breaks in it become spaces, one for one.
    pub(super) fn into_article(self) -> Article {
        let title = if self.title.contains(['\n', '\r']) { self.title.replace(['\n', '\r'], " ") } else { self.title };
        let some = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
        Article::new(some(self.id), &title, &self.body, self.published, some(self.source))
    }
}

/// `\n` alone breaks lines.
pub(super) fn line_breaks(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// What a line such as `发布时间：2025-07-02 来源：天津日报 浏览次数：12` says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Labels {
    pub(super) published: Option<String>,
    pub(super) source: Option<String>,
}

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:(?P<source>信息来源|文章来源|稿件来源|来源|稿源)|发布日期|发布时间|发文日期|发文时间|成文日期|日期|时间|责任编辑|编辑|作者|记者|",
        r"浏览次数|浏览量|阅读量|阅读次数|点击数|点击量|字号|字体)\s*[：:]\s*(?P<value>[^\s：:|｜】）)]{0,30})",
    ))
    .expect("the pattern is valid")
});

impl Labels {
    /// Nothing where the line holds anything beside labels, dates and times.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        if line.chars().nth(120).is_some() || !line.contains(['：', ':', '-', '年', '/', '.']) {
            return None;
        }
        let published = date::labelled(line).or_else(|| date::find(line));
        let without_date = date::cut(line);
        let source = LABEL
            .captures_iter(&without_date)
            .find(|found| found.name("source").is_some())
            .map(|found| found["value"].to_owned())
            .filter(|value| !value.is_empty());
        let rest = LABEL.replace_all(&without_date, "");
        let is_blank =
            rest.chars().all(|c| c == date::CUT || c.is_whitespace() || "|｜[]【】()（）大中小-".contains(c));
        (is_blank && (published.is_some() || source.is_some())).then_some(Self { published, source })
    }
}

/// Whether a line at an article's end is the site's: nothing but links such as `- 联系我们`, or one of the usual phrases.
pub(super) fn is_footer(line: &str) -> bool {
    const LINKS: &[&str] = &[
        "联系我们",
        "企业入驻",
        "关于我们",
        "免责声明",
        "隐私政策",
        "网站地图",
        "返回顶部",
        "返回首页",
        "扫一扫",
        "打印本页",
        "打印",
        "关闭窗口",
        "关闭",
        "分享到",
        "版权声明",
    ];
    let line = line.trim();
    let is_separator = |c: char| c.is_whitespace() || "-|｜·•[]【】".contains(c);
    let mut words = line.split(is_separator).filter(|word| !word.is_empty()).peekable();
    let is_short = line.chars().nth(60).is_none();
    is_short
        && (words.peek().is_some() && words.all(|word| LINKS.contains(&word.trim_end_matches(['：', ':'])))
            || ["版权所有", "上一篇", "下一篇"].iter().any(|phrase| line.starts_with(phrase))
            || ["点我投稿", "ICP备"].iter().any(|phrase| line.contains(phrase)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_no_line_of_labels() {
        assert_eq!(Labels::of_line("2024年7月2日，武清区发布新政策"), None);
        assert_eq!(Labels::of_line("- 联系我们"), None);
        let both = Labels { published: Some("2025-07-02".into()), source: Some("天津日报".into()) };
        assert_eq!(Labels::of_line("2025-07-02 10:30:05 来源：天津日报 字号：大 中 小"), Some(both));
    }

    #[test]
    fn a_site_s_links_are_told_from_an_article_s_last_item() {
        assert!(is_footer("有想补充的信息？点我投稿"));
        assert!(is_footer("- 联系我们"));
        assert!(!is_footer("- 推动生物医药产业集聚"));
        assert!(is_footer("打印本页 | 关闭窗口"));
        assert!(!is_footer("【联系我们】武清区招商局　地址：雍阳西道"));
        assert!(!is_footer("企业入驻率达到90%，园区联系我们的服务专班。"));
    }
}

//! Plain text that is one article: the first line is the title, a last line with only a date is the day of publication.

use super::clean::{self, Draft};
use crate::model::Article;

/// The article, unless there is no text.
pub(super) fn article(text: &str) -> Option<Article> {
    let text = clean::line_breaks(text);
    Draft::from_lines(text.split('\n')).map(Draft::into_article)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_date_line_is_taken_off_the_body() {
        let article = article("\n武清区引进项目\r\n正文第一段。\r\n\r\n第二段。\r\n2025-07-02\r\n").unwrap();
        assert_eq!(article.title, "武清区引进项目");
        assert_eq!(article.text, "武清区引进项目\n正文第一段。\n\n第二段。");
        assert_eq!(article.published.as_deref(), Some("2025-07-02"));
    }

    #[test]
    fn a_line_of_labels_gives_date_and_source() {
        let article =
            article("标题\n发布时间：2025年7月2日 10:30　来源：天津日报　浏览次数：12\n2024年，武清区发展。").unwrap();
        assert_eq!(article.text, "标题\n2024年，武清区发展。");
        assert_eq!(article.published.as_deref(), Some("2025-07-02"));
        assert_eq!(article.source.as_deref(), Some("天津日报"));
    }

    #[test]
    fn blank_text_is_no_article() {
        assert!(article(" \n\u{3000}\r\n").is_none());
    }

    proptest! {
        #[test]
        fn no_text_is_invented(text in "[武清区a-z0-9年月日 \\-。\n\r：]{0,80}") {
            if let Some(article) = article(&text) {
                let body = article.text.strip_prefix(article.title.as_str());
                prop_assert!(body.is_some_and(|body| body.starts_with('\n')));
                for line in article.text.lines() {
                    prop_assert!(text.contains(line));
                }
            }
        }
    }
}

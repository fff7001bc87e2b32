//! Labels: how wide text is, and where it breaks into lines.
//!
//! Widths are rules of thumb for sans-serif fonts (a Chinese character is as wide as the font is high), a little on the wide side,
//! because the reader's font is not known.

use unicode_width::UnicodeWidthChar as _;

/// Width of a text in px.
pub(super) fn text_width(text: &str, font_px: f64) -> f64 {
    text.chars().map(em_width).sum::<f64>() * font_px
}

fn em_width(c: char) -> f64 {
    match c.width() {
        None | Some(0) => 0.0,
        Some(1) if matches!(c, 'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '·') => 0.32,
        Some(1) if matches!(c, 'm' | 'w' | 'M' | 'W' | '%' | '@') => 0.88,
        Some(1) if c.is_uppercase() => 0.68,
        Some(1) => 0.57,
        Some(_) => 1.0,
    }
}

/// Breaks a label into at most `max_lines` lines of about equal width, none wider than `max_em` if it can be helped. What does not
/// fit is cut and marked by `…`.
///
/// Chinese breaks between any two characters, but not before closing marks or after opening ones; Latin words and numbers stay whole.
pub(super) fn wrap(label: &str, max_em: f64, max_lines: usize) -> Vec<String> {
    let pieces = pieces(label);
    let total: f64 = pieces.iter().map(|piece| text_width(piece, 1.0)).sum();
    let line_count = (total / max_em).ceil().max(1.0).min(max_lines as f64);
    // Balanced lines: as narrow as the number of lines allows.
    let target = (total / line_count + 0.5).min(max_em).max(1.0);
    let mut lines = fill(&pieces, target);
    if lines.len() > line_count as usize {
        lines = fill(&pieces, max_em);
    }
    if lines.len() > max_lines {
        lines.truncate(max_lines);
        if let Some(last) = lines.last_mut() {
            while text_width(last, 1.0) > max_em - 1.0 && last.pop().is_some() {}
            last.push('…');
        }
    }
    lines
}

/// Breaks running text into lines as full as they can be.
pub(super) fn flow(text: &str, max_em: f64) -> Vec<String> {
    fill(&pieces(text), max_em)
}

fn fill(pieces: &[String], width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces {
        let last = lines.last_mut().expect("there is a first line");
        if !last.is_empty() && text_width(last, 1.0) + text_width(piece.trim_end(), 1.0) > width + 1e-9 {
            last.truncate(last.trim_end().len());
            lines.push(piece.trim_start().to_owned());
        } else {
            last.push_str(piece);
        }
    }
    lines
}

/// What stays together.
fn pieces(label: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut glue = false;
    for c in label.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        let is_word = c.width() == Some(1) && !c.is_whitespace() && !matches!(c, '(' | '"');
        let follows_word = pieces
            .last()
            .is_some_and(|last| last.chars().next_back().is_some_and(|c| c.width() == Some(1) && !c.is_whitespace()));
        let closes = "）》〉」』】〕”’、，。；：！？)…·".contains(c) || c.width() == Some(0) || c.is_whitespace();
        match pieces.last_mut() {
            Some(last) if glue || closes || is_word && follows_word => last.push(c),
            _ => pieces.push(c.to_string()),
        }
        glue = "（《〈「『【〔“‘(".contains(c);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_break_into_even_lines() {
        assert_eq!(wrap("京滨工业园", 8.0, 3), ["京滨工业园"]);
        assert_eq!(wrap("京津冀地市级图书馆协同发展联盟", 8.0, 3), ["京津冀地市级图书", "馆协同发展联盟"]);
    }

    #[test]
    fn words_numbers_and_brackets_stay_whole() {
        assert_eq!(wrap("中创(天津)滨海物流有限公司", 8.0, 3), ["中创(天津)滨", "海物流有限公司"]);
        assert_eq!(wrap("JGW〔2024〕113号", 7.0, 3), ["JGW〔2024〕", "113号"]);
        assert_eq!(wrap("Beijing Tianjin Hebei", 8.0, 3), ["Beijing Tianjin", "Hebei"]);
    }

    #[test]
    fn what_does_not_fit_is_cut_and_marked() {
        let lines = wrap("天津市武清区国土空间总体规划实施方案及三年行动计划的通知", 6.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…') && text_width(&lines[1], 1.0) <= 6.0, "{lines:?}");
        assert_eq!(wrap("", 6.0, 2), [""]);
    }
}

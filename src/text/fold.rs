//! Folding of characters, one to one, so that spans in folded text are spans in the text.

use unicode_normalization::UnicodeNormalization;

/// One character: full-width forms to half-width, compatibility forms with a single counterpart, upper to lower case,
/// quotes of all kinds to `“ ” ‘ ’`. `（` gives `(`, `Ａ` gives `a`, `「` gives `“`.
pub fn fold_char(c: char) -> char {
    match c {
        '\u{4e00}'..='\u{9fff}' => c,
        'a'..='z' | '0'..='9' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        '「' | '『' | '〝' => '“',
        '」' | '』' | '〞' => '”',
        '〈' => '《',
        '〉' => '》',
        '\t' | '\u{a0}' | '\u{3000}' => ' ',
        '—' | '－' | '–' | '―' => '-',
        '∶' => ':',
        '•' | '・' | '‧' | '．' => '·',
        _ => {
            let mut forms = std::iter::once(c).nfkc();
            match (forms.next(), forms.next()) {
                (Some(single), None) => {
                    let mut lower = single.to_lowercase();
                    match (lower.next(), lower.next()) {
                        (Some(lower), None) => lower,
                        _ => single,
                    }
                }
                _ => c,
            }
        }
    }
}

/// All characters; straight double quotes alternate between `“` and `”` within a line.
pub fn fold(chars: &[char]) -> Vec<char> {
    let mut open = false;
    chars
        .iter()
        .map(|&c| match fold_char(c) {
            '"' => {
                open = !open;
                if open { '“' } else { '”' }
            }
            '\n' => {
                open = false;
                '\n'
            }
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_quotes_are_paired() {
        let folded: String = fold(&"（\"津农精品\"，ＡB）".chars().collect::<Vec<_>>()).into_iter().collect();
        assert_eq!(folded, "(“津农精品”,ab)");
    }
}

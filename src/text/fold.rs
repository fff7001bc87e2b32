//! Folding of characters, one to one, so that spans in folded text are spans in the text.

use unicode_normalization::UnicodeNormalization;

/// One character: full-width forms to half-width, compatibility forms with a single counterpart, upper to lower case,
/// quotes of all kinds to `“ ” ‘ ’`. `（` gives `(`, `Ａ` gives `a`, `「` gives `“`. What [`fold`] does beside looks at the characters around.
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
        THOUSANDS => ',',
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

/// What the comma within a number is folded to (`1,800`, `22,000,000`): it parts no clause and no names.
pub const THOUSANDS: char = '\u{66c}';

/// All characters; straight double quotes alternate between `“` and `”` within a line, and commas between thousands give [`THOUSANDS`].
pub fn fold(chars: &[char]) -> Vec<char> {
    let mut open = false;
    let mut folded: Vec<char> = chars
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
        .collect();
    let digits = |from: usize, folded: &[char]| folded[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut at = 0;
    while at < folded.len() {
        let first = at;
        at += digits(at, &folded);
        // What stands behind a point or another comma is no beginning of a number.
        let begins = first < 2 || !matches!(folded[first - 1], '.' | ',') || !folded[first - 2].is_ascii_digit();
        if begins && (1..=3).contains(&(at - first)) {
            // A full-width comma behind plain digits ends a clause.
            let is_wide = !chars[first].is_ascii();
            while folded.get(at) == Some(&',') && (is_wide || chars[at] != '，') && digits(at + 1, &folded) == 3 {
                folded[at] = THOUSANDS;
                at += 4;
            }
        }
        at += 1;
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_quotes_are_paired() {
        let folded: String = fold(&"（\"津农精品\"，ＡB）".chars().collect::<Vec<_>>()).into_iter().collect();
        assert_eq!(folded, "(“津农精品”,ab)");
    }

    #[test]
    fn commas_within_numbers_are_told_from_others() {
        let folded = |text: &str| fold(&text.chars().collect::<Vec<_>>()).into_iter().collect::<String>();
        assert_eq!(folded("年产1,800万张，22,000,000元,3户"), "年产1٬800万张,22٬000٬000元,3户");
        assert_eq!(folded("１，８００,"), "1٬800,");
        assert_eq!(folded(&folded("10,000")), "10٬000", "folded twice");
        for plain in ["", "1,2,3", "2024,300家", "5,1000", "1,4-丁二醇", "8,", ",500", "12.5,300户", "2024,300,500"]
        {
            assert_eq!(folded(plain), plain);
        }
        assert_eq!(folded("第5，100多家"), "第5,100多家", "the end of a clause");
        assert_eq!(folded("中国٬美国5٬"), "中国,美国5,", "the mark itself is only put between thousands");
    }
}

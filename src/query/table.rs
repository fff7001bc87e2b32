//! Rows as a table for people: columns aligned also where characters take two columns, numbers to the right, every row one line.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Row, Table, presets};
use oxigraph::model::Term;

use super::prefixes;

/// A table with a header; `id:` is this base. With a width, cells are cut so that it fits; without, they are as wide as they need.
pub(super) fn of_rows(header: &[&str], rows: &[Vec<Option<Term>>], width: Option<u16>, base: &str) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_FULL_CONDENSED).set_truncation_indicator("…");
    match width {
        Some(width) => table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    table.set_header(one_line(header.iter().map(Cell::new).collect()));
    for row in rows {
        table.add_row(one_line(row.iter().map(|term| cell(term.as_ref(), base)).collect()));
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}

fn one_line(cells: Vec<Cell>) -> Row {
    let mut row = Row::from(cells);
    row.max_height(1);
    row
}

fn cell(term: Option<&Term>, base: &str) -> Cell {
    match term {
        None => Cell::new(""),
        Some(Term::Literal(literal)) => {
            let cell = Cell::new(literal.value().split_whitespace().collect::<Vec<_>>().join(" "));
            let is_number = literal.datatype().as_str() != "http://www.w3.org/2001/XMLSchema#string"
                && literal.value().parse::<f64>().is_ok();
            if is_number { cell.set_alignment(CellAlignment::Right) } else { cell }
        }
        Some(Term::NamedNode(node)) => Cell::new(prefixes::shorten(node.as_str(), base)),
        Some(other) => Cell::new(other),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use oxigraph::model::{Literal, NamedNode};
    use unicode_width::UnicodeWidthStr as _;

    use super::*;
    use crate::model::iri::BASE;

    fn sample() -> Vec<Vec<Option<Term>>> {
        let text = |text: &str| Some(Term::from(Literal::from(text)));
        vec![
            vec![
                text("京滨工业园"),
                Some(Literal::from(12).into()),
                text("去年,京滨工业园引进诺禾致源,\n聚焦生物医药产业。"),
            ],
            vec![text("Bio park"), Some(Literal::from(3).into()), None],
            vec![Some(NamedNode::new_unchecked("https://yutu.example/id/Park/武清开发区").into()), None, text("短")],
        ]
    }

    #[test]
    fn full_width_characters_are_aligned() {
        let table = of_rows(&["park", "articles", "quote"], &sample(), None, BASE);
        expect![[r#"
            ┌────────────────────┬──────────┬─────────────────────────────────────────────────┐
            │ park               ┆ articles ┆ quote                                           │
            ╞════════════════════╪══════════╪═════════════════════════════════════════════════╡
            │ 京滨工业园         ┆       12 ┆ 去年,京滨工业园引进诺禾致源, 聚焦生物医药产业。 │
            │ Bio park           ┆        3 ┆                                                 │
            │ id:Park/武清开发区 ┆          ┆ 短                                              │
            └────────────────────┴──────────┴─────────────────────────────────────────────────┘
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn addresses_are_shortened_by_the_base_of_the_store() {
        let node = NamedNode::new_unchecked("https://data.example.cn/kb/Park/武清开发区");
        let table = of_rows(&["park"], &[vec![Some(node.into())]], None, "https://data.example.cn/kb/");
        assert!(table.contains("│ id:Park/武清开发区 │"), "{table}");
    }

    #[test]
    fn a_table_keeps_to_its_width_in_one_line_a_row() {
        for width in [40, 61, 100] {
            let table = of_rows(&["park", "articles", "quote"], &sample(), Some(width), BASE);
            assert_eq!(table.lines().count(), 3 + 3 + 1, "{table}");
            for line in table.lines() {
                assert!(line.width() <= usize::from(width), "{width}: {line}");
            }
        }
    }
}

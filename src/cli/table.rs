//! Tables for people: columns aligned by the width that characters take on a terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, TableComponent, presets};

/// A table with a heading; wrapped to the terminal's width where there is one.
pub(super) struct Rows(Table);

impl Rows {
    pub(super) fn new<const N: usize>(heading: [&str; N]) -> Self {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
        table.set_header(heading);
        Self(table)
    }

    /// Sets a column of numbers against its right edge.
    pub(super) fn right(mut self, column: usize) -> Self {
        if let Some(column) = self.0.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self
    }

    pub(super) fn add<const N: usize>(&mut self, cells: [String; N]) {
        self.0.add_row(cells.map(Cell::new));
    }
}

impl std::fmt::Display for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in self.0.lines() {
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    #[test]
    fn full_width_characters_take_two_columns() {
        let mut rows = Rows::new(["名称", "n"]).right(1);
        rows.add(["武清区".to_owned(), "3".to_owned()]);
        rows.add(["A".to_owned(), "12".to_owned()]);
        let text = rows.to_string();
        expect![[r#"
             名称      n
            ─────────────
             武清区    3
             A        12
        "#]]
        .assert_eq(&text);
        assert!(text.lines().all(|line| line.width() <= 13));
    }
}

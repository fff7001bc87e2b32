//! XML as text: elements that are always closed, text that is always escaped.

use std::fmt::{Display, Write as _};

/// An XML document in writing.
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

impl Xml {
    /// A document with its declaration.
    pub(super) fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// Opens an element; what follows stands within it.
    pub(super) fn open(&mut self, name: &'static str, attributes: &[(&str, &dyn Display)]) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// An element without content.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[(&str, &dyn Display)]) {
        self.start(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element that holds text only.
    pub(super) fn text(&mut self, name: &'static str, attributes: &[(&str, &dyn Display)], text: &str) {
        self.start(name, attributes);
        self.text.push('>');
        escape(text, &mut self.text);
        let _ = writeln!(self.text, "</{name}>");
    }

    /// Closes the element that was opened last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            let _ = writeln!(self.text, "{:indent$}</{name}>", "", indent = 2 * self.open.len());
        }
    }

    /// Closes what is open and gives the text.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &dyn Display)]) {
        let _ = write!(self.text, "{:indent$}<{name}", "", indent = 2 * self.open.len());
        for (key, value) in attributes {
            let _ = write!(self.text, " {key}=\"");
            escape(&value.to_string(), &mut self.text);
            self.text.push('"');
        }
    }
}

/// Escapes what has a meaning in XML and leaves out what may not stand in it at all (control characters, U+FFFE, U+FFFF).
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}

/// A number rounded to so many digits after the point, without trailing zeros: `12.5`, `3`, never `-0`.
pub(super) fn number(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_and_attributes_is_escaped() {
        let mut xml = Xml::new();
        xml.open("a", &[("b", &"<\"&'>")]);
        xml.text("c", &[], "甲 & <乙>\u{0}\u{b}");
        let text = xml.finish();
        let document = resvg::usvg::roxmltree::Document::parse(&text).expect("well-formed");
        assert_eq!(document.root_element().attribute("b"), Some("<\"&'>"));
        assert_eq!(document.root_element().first_element_child().and_then(|c| c.text()), Some("甲 & <乙>"));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            ["12.5", "3", "0", "-1.2"],
            [12.5, 3.0, -0.01, -1.24].map(|value| number(value, 1)).map(|t| t.leak() as &str)
        );
    }
}

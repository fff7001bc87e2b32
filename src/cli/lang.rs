//! The language of what the program says.

use std::ffi::OsString;

use clap::ValueEnum as _;

/// Chinese or English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// From the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`, or the system's setting): Chinese where it begins with `zh`.
    pub fn from_locale() -> Self {
        match sys_locale::get_locale() {
            Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Self::Zh,
            _ => Self::En,
        }
    }

    /// What `--lang` says, found before the arguments are parsed: help and usage errors are said in that language too.
    pub(super) fn asked_for(arguments: &[OsString]) -> Option<Self> {
        let arguments = arguments.iter().skip(1).map(|argument| argument.to_string_lossy());
        let mut arguments = arguments.take_while(|argument| argument != "--");
        let mut asked = None;
        while let Some(argument) = arguments.next() {
            let value = match argument.strip_prefix("--lang") {
                Some("") => arguments.next(),
                Some(rest) => rest.strip_prefix('=').map(|value| value.to_owned().into()),
                None => None,
            };
            asked = value.and_then(|value| Self::from_str(&value, true).ok()).or(asked);
        }
        asked
    }

    /// The text in this language.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_known_before_parsing() {
        let asked = |arguments: &[&str]| Lang::asked_for(&arguments.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(asked(&["yutu", "extract", "--lang", "zh"]), Some(Lang::Zh));
        assert_eq!(asked(&["yutu", "--lang=en"]), Some(Lang::En));
        assert_eq!(asked(&["yutu", "--language=zh", "--lang"]), None);
        assert_eq!(asked(&["yutu", "extract", "--", "--lang=zh"]), None);
    }
}

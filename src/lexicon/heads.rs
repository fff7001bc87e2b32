//! Words that end names: 开发区, 有限公司, 战略. Table: `data/cues/heads.tsv`.

use rustc_hash::FxHashMap;

use crate::model::EntityType;

/// The head words with the types that they end.
#[derive(Debug)]
pub struct Heads {
    /// Folded word → bit set over [`EntityType::ALL`].
    words: FxHashMap<Vec<char>, u16>,
    longest: usize,
}

impl Heads {
    /// The table that the program brings.
    pub fn builtin() -> Self {
        let mut words: FxHashMap<Vec<char>, u16> = FxHashMap::default();
        for line in include_str!("../../data/cues/heads.tsv").lines().filter(|line| !line.starts_with('#')) {
            let Some((kind, list)) = line.split_once('\t') else { continue };
            let kind: EntityType = kind.parse().expect("the program's own table is well-formed (tested)");
            for word in list.split_whitespace() {
                let folded = crate::text::fold(&word.chars().collect::<Vec<_>>());
                *words.entry(folded).or_default() |= 1 << kind.index();
            }
        }
        let longest = words.keys().map(Vec::len).max().unwrap_or(0);
        Self { words, longest }
    }

    /// The longest head word that ends just before `end` and begins at or after `start`: its length and the types that it ends.
    pub fn ending_at(&self, folded: &[char], start: usize, end: usize) -> Option<(usize, u16)> {
        let longest = self.longest.min(end - start);
        (1..=longest).rev().find_map(|len| self.words.get(&folded[end - len..end]).map(|&kinds| (len, kinds)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_head_wins() {
        let heads = Heads::builtin();
        let name: Vec<char> = "武清经济技术开发区".chars().collect();
        let (len, kinds) = heads.ending_at(&name, 0, name.len()).expect("开发区 is a head");
        assert_eq!(len, 3);
        assert!(kinds & (1 << EntityType::Park.index()) != 0);
    }
}

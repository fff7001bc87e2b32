//! Slopes against trial steps, what each kind of network learns, and stored networks.

use super::{nodes::OPENINGS, *};
use crate::learn::random::next;

/// A page of random items with five nodes, for a head and so many kinds of nearness.
fn page<H: Head>(random: &mut u64, count: u32, near: usize) -> Page {
    let mut below = |bound: u64| (next(random) >> 20) % bound;
    let items = (0..count).map(|_| Item {
        word: below(5) as u32 + 1,
        chars: [below(4) as u32 + 65, below(4) as u32, 0, 0, 0, 0],
        traits: H::TRAITS.map(|kinds| below(kinds as u64) as u8),
    });
    let items: Vec<Item> = items.collect();
    let nodes: Vec<Node> = (0..5)
        .map(|_| Node {
            item: below(count.into()) as u32,
            kind: below(NODES as u64) as u8,
            opens: below(OPENINGS as u64) as u8,
        })
        .collect();
    let near = (0..25).map(|_| below(near as u64) as u8).collect();
    Page { items, nodes, near }
}

/// A page with two nodes that ask and three that may answer.
fn questions(random: &mut u64, count: u32) -> Questions {
    Questions {
        page: page::<Pointers>(random, count, Pointers::NEAR),
        asking: vec![3, 4],
        answering: [vec![0, 1, 2], vec![1]],
    }
}

fn right() -> [Vec<Vec<bool>>; QUESTIONS] {
    let mut first = vec![vec![false; 3 + EXTRAS]; 2];
    first[0][1] = true;
    first[0][2] = true;
    first[1][3] = true;
    let mut second = vec![vec![false; 1 + EXTRAS]; 2];
    second[1][0] = true;
    [first, second]
}

/// A page with three things of one to three nodes, of which three pairs are asked about.
fn linked(random: &mut u64, count: u32) -> Linked {
    let things = vec![vec![1], vec![0, 2, 4], vec![3]];
    let page = page::<Links>(random, count, Links::NEAR);
    let pairs = Pairs { page, things, pairs: vec![(0, 1), (1, 2), (1, 0)] };
    let known = [(0b1001, 0b1011), (0, 0b10), (1 << 15, u16::MAX)].map(|(there, asked)| Known { there, asked });
    Linked { pairs, known: known.to_vec() }
}

/// A text of random items with random labels.
fn labelled(random: &mut u64, count: u32) -> LabelledText {
    let items = page::<Labels>(random, count, 1).items;
    let labels = items.iter().map(|_| (next(random) >> 20) as u8 % 5).collect();
    LabelledText { items, labels }
}

#[test]
fn slopes_are_those_of_the_loss() {
    // The last: shorter than the longest stride.
    for (count, dropout) in [(12, 100), (3, 0), (1, 100)] {
        let mut random = 7;
        check_slopes(&Answered { questions: questions(&mut random, count), right: right() }, dropout);
        check_slopes(&labelled(&mut random, 8 * count), dropout);
        check_slopes(&linked(&mut random, count), dropout);
    }
}

/// With so many of 1024 numbers forgotten.
fn check_slopes<L: Lesson>(lesson: &L, dropout: u32) {
    let mut random = 11;
    let vocabulary = Vocabulary { words: vec![1, 2, 3, 4], chars: vec![65, 66, 67] };
    let (tables, body, head) = vocabulary.tables::<L::Head>();
    let items = vocabulary.look_up(lesson.items());
    let mut weights = train::beginning(&tables, &mut random);
    // The same is forgotten each time.
    let mut same = (99, 99);
    let mut back = vec![0.0; tables.len()];
    // So that slopes are far from 0, and losses not so large that rounding shows.
    let network = (&body, &head, weights.as_slice());
    let scale = 10.0 / lesson.loss(network, &items, Forgetting { share: dropout, random: &mut 99 });
    let forgetting = Forgetting { share: dropout, random: &mut same.0 };
    lesson.learn(network, &items, forgetting, scale, &mut back);
    let mut loss = |weights: &[f32]| {
        same.1 = 99;
        scale * lesson.loss((&body, &head, weights), &items, Forgetting { share: dropout, random: &mut same.1 })
    };
    let (mut seen, mut tried) = (0, 0);
    for Table { place, .. } in tables.iter() {
        // The weights of each table that matter most, the least of those that matter, and some that are said not to.
        let (mut order, still): (Vec<usize>, Vec<usize>) = place.clone().partition(|&at| back[at] != 0.0);
        order.sort_by(|&a, &b| back[b].abs().total_cmp(&back[a].abs()));
        let last = order.last().copied();
        let still = still.iter().copied().step_by((still.len() / 8).max(1));
        for at in order.into_iter().take(3).chain(last).chain(still) {
            let step = 4e-4;
            let kept = weights[at];
            weights[at] = kept + step;
            let more = loss(&weights);
            weights[at] = kept - step;
            let less = loss(&weights);
            weights[at] = kept;
            let (slope, found) = ((more - less) / (2.0 * step), back[at]);
            assert!(
                (slope - found).abs() < 8e-3 + 0.12 * found.abs(),
                "{at} in {place:?}: {slope} by trial, not {found}"
            );
            seen += usize::from(found.abs() > 2e-2);
            tried += usize::from(found != 0.0);
        }
    }
    assert!(seen > tried / 2, "{seen} of {tried} slopes are far from 0");
}

/// Asking nodes answer with the node whose item has the word 9; the other question has extra 2 as answer where there is none.
fn lessons() -> Vec<Vec<Answered>> {
    let mut random = 3;
    (0..48)
        .map(|_| {
            let mut questions = questions(&mut random, 14);
            let page = &mut questions.page;
            let mut right = right();
            let nine = (next(&mut random) >> 33) as usize % 3;
            for (at, node) in page.nodes.iter_mut().enumerate() {
                node.item = at as u32 * 2;
                page.items[at * 2].word = if at == nine { 9 } else { 1 };
            }
            for row in &mut right[0] {
                row.fill(false);
                row[nine] = true;
            }
            for row in &mut right[1] {
                row.fill(false);
                row[if nine == 1 { 0 } else { 3 }] = true;
            }
            vec![Answered { questions, right }]
        })
        .collect()
}

fn small() -> NetworkOptions {
    NetworkOptions { epochs: 30, word_count: 1, char_count: 1, dropout: 50, ..NetworkOptions::default() }
}

fn best(opinion: &Opinion) -> usize {
    (0..opinion.len()).max_by(|&a, &b| opinion[a].total_cmp(&opinion[b])).unwrap_or(0)
}

#[test]
fn it_learns_which_node_answers() {
    let lessons = lessons();
    let (seen, unseen) = lessons.split_at(40);
    let network = train(seen, small());
    let mut hits = 0;
    for Answered { questions, right } in unseen.iter().flatten() {
        for (opinions, right) in network.answer(questions).iter().zip(right) {
            hits += opinions.iter().zip(right).filter(|(opinion, right)| right[best(opinion)]).count();
        }
    }
    assert!(hits >= 30, "{hits} of 32 answers to lessons not seen are right");
}

#[test]
fn the_same_lessons_give_the_same_bytes_and_bytes_the_same_network() {
    let lessons = lessons();
    let options = NetworkOptions { epochs: 2, ..small() };
    let network = train(&lessons, options);
    let mut bytes = network.to_bytes();
    assert_eq!(bytes, train(&lessons, options).to_bytes());
    bytes.push(7);
    let (read, rest) = Network::<Pointers>::from_bytes(&bytes).expect("whole");
    assert_eq!(rest, [7]);
    assert_eq!(read, network);
    assert_eq!(read.to_bytes(), bytes[..bytes.len() - 1]);
}

#[test]
fn damaged_bytes_are_refused() {
    let bytes = train(&lessons(), NetworkOptions { epochs: 1, ..small() }).to_bytes();
    assert!(Network::<Pointers>::from_bytes(&bytes[..bytes.len() - 1]).is_err(), "cut short");
    assert!(Network::<Pointers>::from_bytes(b"yutunet0").is_err(), "of another kind");
    let mut endless = bytes.clone();
    endless[8..12].fill(0xff);
    assert!(Network::<Pointers>::from_bytes(&endless).is_err(), "more words than bytes");
    let network = Network::<Pointers>::from_bytes(&bytes).expect("whole").0;
    let keys = |known: &[u32]| {
        let mut bytes = Vec::new();
        known.iter().fold(0, |before, &key| {
            write_digest(&mut bytes, before, key);
            key
        });
        bytes.len()
    };
    // Mark, two counts, the keys.
    let first_step = 8 + 8 + keys(&network.vocabulary.words) + keys(&network.vocabulary.chars);
    for step in [f32::INFINITY, f32::NAN, -1.0, f32::MAX] {
        let mut damaged = bytes.clone();
        damaged[first_step..first_step + 4].copy_from_slice(&step.to_le_bytes());
        assert!(Network::<Pointers>::from_bytes(&damaged).is_err(), "a step of {step}");
    }
    let mut twice = bytes.clone();
    twice[13] = 0;
    assert!(Network::<Pointers>::from_bytes(&twice).is_err(), "a word twice");
    let mut many = bytes;
    many[8..12].copy_from_slice(&20_000u32.to_le_bytes());
    assert!(Network::<Pointers>::from_bytes(&many).is_err(), "more words than there is room for");
}

#[test]
fn nobody_asks_nobody_answers() {
    let network = train(&lessons(), NetworkOptions { epochs: 1, ..small() });
    assert_eq!(network.answer(&Questions::default()), [Vec::<Opinion>::new(), Vec::new()]);
}

/// The label of an item is whether the one two before it has the word 3.
#[test]
fn it_learns_labels_from_what_stands_around() {
    let mut random = 5;
    let mut text = |count: u32| {
        let mut text = labelled(&mut random, count);
        for at in 0..text.labels.len() {
            text.labels[at] = u8::from(at >= 2 && text.items[at - 2].word == 3);
        }
        text
    };
    let lessons: Vec<Vec<LabelledText>> = (0..64).map(|_| vec![text(60)]).collect();
    let network = train(&lessons, small());
    // Longer than what is worked on at once.
    let unseen = text(1500);
    let shares = network.label(&unseen.items);
    assert_eq!(shares.len(), unseen.items.len() * MOST_LABELS);
    let rows = shares.chunks_exact(MOST_LABELS).zip(&unseen.labels);
    let hits = rows.filter(|(row, label)| row[usize::from(**label)] > 0.5).count();
    assert!(hits > 1480, "{hits} of 1500 labels are right");
    let seen_alone = network.label(&unseen.items[480..560]);
    let own = 500 * MOST_LABELS..530 * MOST_LABELS;
    assert_eq!(shares[own], seen_alone[20 * MOST_LABELS..50 * MOST_LABELS], "windows do not show");

    let bytes = network.to_bytes();
    assert_eq!(Network::<Labels>::from_bytes(&bytes).expect("whole").0, network);
    assert!(
        (0..bytes.len()).step_by(97).all(|length| Network::<Labels>::from_bytes(&bytes[..length]).is_err()),
        "cut short"
    );
    assert!(Network::<Pointers>::from_bytes(&bytes).is_err(), "of another kind");
}

/// Link 2 leads from a thing of which a node has the word 3.
#[test]
fn it_learns_links_whichever_node_tells() {
    let mut random = 9;
    let mut lesson = || {
        let mut linked = linked(&mut random, 20);
        let page = &mut linked.pairs.page;
        let marked = (next(&mut random) >> 40) as usize % 5;
        for (at, node) in page.nodes.iter_mut().enumerate() {
            node.item = 4 * at as u32;
            page.items[4 * at].word = if at == marked { 3 } else { 1 };
        }
        for (&(one, _), known) in linked.pairs.pairs.iter().zip(&mut linked.known) {
            let is_there = linked.pairs.things[one as usize].contains(&(marked as u32));
            *known = Known { there: u16::from(is_there) << 2, asked: 0b111 };
        }
        linked
    };
    let lessons: Vec<Vec<Linked>> = (0..64).map(|_| vec![lesson()]).collect();
    let network = train(&lessons, small());
    let (mut hits, mut never, mut there, mut asked) = (0, 0, 0, 0);
    for _ in 0..16 {
        let Linked { pairs, known } = lesson();
        let mut known = known.into_iter();
        network.link(&pairs, |_, odds| {
            let is_there = known.next().expect("one a pair").there == 0b100;
            hits += usize::from((odds[2] > 0.0) == is_there);
            never += usize::from(odds[0] < 0.0 && odds[1] < 0.0);
            there += usize::from(is_there);
            asked += 1;
        });
    }
    assert_eq!(asked, 16 * 3, "every pair once");
    assert!((12..36).contains(&there), "{there} links are there");
    assert!(hits >= 44 && never == asked, "{hits} of {asked} links are right");

    let bytes = network.to_bytes();
    assert_eq!(Network::<Links>::from_bytes(&bytes).expect("whole").0, network);
    assert!(Network::<Labels>::from_bytes(&bytes).is_err(), "of another kind");
    network.link(&Pairs::default(), |_, _| panic!("nothing was asked"));
}

//! Speed of extraction on one thread, all stages, beside jieba-rs cutting and tagging the same text.
//!
//! Criterion measures each by itself. A ratio wants both under the same load of the machine, so it is taken apart from that, from
//! rounds in which the two take turns.

#![expect(clippy::print_stdout, reason = "a program of its own")]

use std::{
    hint::black_box,
    ops::ControlFlow,
    path::Path,
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput};
use jieba_rs::Jieba;
use yutu::{
    model::Article,
    pipeline::{self, Extractor},
    read::Reader,
};

const ROUNDS: usize = 7;

fn sample_articles() -> Vec<Article> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/articles");
    let mut articles = Vec::new();
    let _ = Reader::new().read_path(&folder, &mut |article| {
        articles.push(article.expect("the sample articles are readable"));
        ControlFlow::Continue(())
    });
    articles
}

fn extract_all(articles: &[Article], extractor: &Extractor) {
    for article in articles {
        black_box(pipeline::extract(black_box(article), extractor));
    }
}

fn tag_all(articles: &[Article], jieba: &Jieba) {
    for article in articles {
        black_box(jieba.tag(black_box(&article.text), true));
    }
}

/// The middle one: a single disturbed round does not count.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn main() {
    let articles = sample_articles();
    let bytes: usize = articles.iter().map(|article| article.text.len()).sum();
    let (extractor, jieba) = (Extractor::builtin(), Jieba::new());

    let mut criterion =
        Criterion::default().sample_size(10).measurement_time(Duration::from_secs(8)).configure_from_args();
    let mut group = criterion.benchmark_group("one core");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("yutu, all stages", |bencher| bencher.iter(|| extract_all(&articles, &extractor)));
    group.bench_function("jieba-rs, cut and tag", |bencher| bencher.iter(|| tag_all(&articles, &jieba)));
    group.finish();
    criterion.final_summary();

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        extract_all(&articles, &extractor);
        let middle = Instant::now();
        tag_all(&articles, &jieba);
        ours.push(middle - start);
        theirs.push(middle.elapsed());
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let characters: usize = articles.iter().map(|article| article.text.chars().count()).sum();
    let rate = |time: Duration| characters as f64 / 1e3 / time.as_secs_f64();
    println!(
        "{} articles, {characters} characters, one thread: yutu {:.0} thousand characters a second, jieba-rs {:.0} thousand; yutu takes {:.1} times as long",
        articles.len(),
        rate(ours),
        rate(theirs),
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
}

//! Judging by hand-made extractions of one annotated article.

//! From log-odds to shares, and back.

/// The share that log-odds give: the logistic function.
pub(crate) fn sigmoid(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}

/// Log-odds of a share, within bounds.
pub(crate) fn log_odds(share: f32) -> f32 {
    let share = share.clamp(2e-4, 0.9998);
    (share / (1.0 - share)).ln()
}

/// Puts in the place of log-odds the shares that they give of a whole.
pub(crate) fn softmax(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|score| *score = (*score - top).exp());
    let total: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= total);
}

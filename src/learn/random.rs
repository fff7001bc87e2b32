//! A fixed xorshift, so that training does not depend on the machine.

/// The next number.
pub(crate) fn next(random: &mut u64) -> u64 {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    *random
}

/// A number from −1 to 1, all alike.
pub(super) fn even(random: &mut u64) -> f32 {
    (next(random) >> 40) as f32 / (1u64 << 23) as f32 - 1.0
}

/// Fisher–Yates.
pub(super) fn shuffle(order: &mut [usize], random: &mut u64) {
    for at in (1..order.len()).rev() {
        order.swap(at, (next(random) % (at as u64 + 1)) as usize);
    }
}

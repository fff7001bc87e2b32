//! Rows of numbers, many at a time.

/// Does work on rows of numbers by AVX-512 or AVX2 where the processor has it, if all that the work calls is inlined. Sums keep their
/// order, and nothing is fused: results are the same on all processors.
#[inline(always)]
pub(super) fn widely<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

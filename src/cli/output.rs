//! Standard output: buffered, and quiet when the reader at the other end of the pipe has gone.

use std::{
    fmt,
    io::{self, BufWriter, StdoutLock, Write},
};

/// Standard output. Write errors name it; a broken pipe is told apart by [`is_closed`].
pub(super) struct Output {
    inner: BufWriter<StdoutLock<'static>>,
}

impl Output {
    /// Locks standard output.
    pub(super) fn stdout() -> Self {
        Self { inner: BufWriter::with_capacity(1 << 16, io::stdout().lock()) }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes).map_err(marked)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush().map_err(marked)
    }
}

/// The reader of standard output has gone: the program's work is done.
#[derive(Debug)]
struct OutputClosed;

impl fmt::Display for OutputClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody reads the output any more")
    }
}

impl std::error::Error for OutputClosed {}

#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output")]
struct Marked(#[source] OutputClosed);

/// An I/O error shows of its content only the source: so the mark is wrapped once more.
fn marked(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => io::Error::new(io::ErrorKind::BrokenPipe, Marked(OutputClosed)),
        _ => error,
    }
}

/// Whether an error says that the reader of standard output has gone.
pub(super) fn is_closed(report: &miette::Report) -> bool {
    report.chain().any(|cause| cause.is::<OutputClosed>())
}

#[cfg(test)]
mod tests {
    use miette::{IntoDiagnostic as _, WrapErr as _};

    use super::*;

    #[test]
    fn a_broken_pipe_of_standard_output_is_told_from_others() {
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        let of_output: Result<(), _> = Err(marked(broken())).into_diagnostic().wrap_err("cannot write the facts");
        assert!(is_closed(&of_output.unwrap_err()));
        let of_socket: Result<(), _> = Err(broken()).into_diagnostic();
        assert!(!is_closed(&of_socket.unwrap_err()));
    }
}

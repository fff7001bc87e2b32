//! Runs the built program.

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

/// What a run of the program gave.
pub(crate) struct Run {
    /// Exit status.
    pub(crate) status: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

/// Says what a test leaves out for want of something; in CI that has to be there. Written straight to standard error, since the harness
/// keeps to itself what a passing test prints.
///
/// # Panics
/// In CI.
pub(crate) fn skip(missing: &str) {
    assert!(std::env::var_os("CI").is_none(), "needed: {missing}");
    let _ = writeln!(std::io::stderr(), "skipped, missing: {missing}");
}

/// The program, with nothing of the surroundings that changes what it says.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yutu"));
    for name in ["LC_ALL", "LC_MESSAGES", "LANGUAGE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES"] {
        command.env_remove(name);
    }
    command.env("LANG", "C.UTF-8").args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Run {
    finish(command(arguments), &[])
}

/// Runs the program to its end with `input` on standard input.
pub(crate) fn run_with_input(arguments: &[&str], input: &[u8]) -> Run {
    let mut command = command(arguments);
    command.stdin(Stdio::piped());
    finish(command, input)
}

/// Runs a prepared command to its end.
pub(crate) fn finish(mut command: Command, input: &[u8]) -> Run {
    let mut child = command.spawn().expect("the program starts");
    let writing = child.stdin.take().map(|mut stdin| {
        let input = input.to_vec();
        // The program may end without reading all of it.
        thread::spawn(move || drop(stdin.write_all(&input)))
    });
    let output = child.wait_with_output().expect("the program ends");
    if let Some(writing) = writing {
        writing.join().expect("writing ends with the program");
    }
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    Run { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A file of `tests/fixtures`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).join(name)
}

/// The same as an argument.
pub(crate) fn fixture_argument(name: &str) -> String {
    fixture(name).to_str().expect("the path is UTF-8").to_owned()
}

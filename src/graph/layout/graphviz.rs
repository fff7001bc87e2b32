//! Graphviz's layout programs, where they are installed: DOT in, places and curves out.
//!
//! Only the layout is taken (`-Tplain`); the picture is drawn here, so that fonts and legend are the same whoever lays out.

use std::{
    collections::HashMap,
    io::{self, Write as _},
    process::{Command, Stdio},
};

use super::{Cubic, Layout, Point};

/// The programs that Graphviz brings and that suit these graphs.
pub const ENGINES: [&str; 7] = ["dot", "neato", "fdp", "sfdp", "circo", "twopi", "osage"];

/// Px in an inch, which Graphviz counts in.
pub(in crate::graph) const PX_PER_INCH: f64 = 72.0;

/// Why Graphviz gave no layout.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It is not there.
    #[error("the program `{engine}` of Graphviz was not found")]
    Missing {
        /// The program.
        engine: String,
    },
    /// It could not be run or did not finish.
    #[error("cannot run `{engine}`")]
    Io {
        /// The program.
        engine: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// It said that something is wrong.
    #[error("`{engine}` failed: {message}")]
    Failed {
        /// The program.
        engine: String,
        /// What it said.
        message: String,
    },
    /// Its output is not what its manual says.
    #[error("`{engine}` wrote a layout that cannot be read: {line}")]
    Unreadable {
        /// The program.
        engine: String,
        /// The line.
        line: String,
    },
}

/// Runs a layout program over DOT whose nodes are named `n0`, `n1`, … and have fixed sizes.
///
/// # Errors
/// When the program is missing, fails, or writes something else than a layout of these nodes.
pub fn lay_out(engine: &str, dot: &str, edges: &[(usize, usize)], node_count: usize) -> Result<Layout, EngineError> {
    let io = |source| EngineError::Io { engine: engine.to_owned(), source };
    let spawned =
        Command::new(engine).arg("-Tplain").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => EngineError::Missing { engine: engine.to_owned() },
        _ => io(source),
    })?;
    let mut stdin = child.stdin.take();
    let input = dot.to_owned();
    // Written beside, so that neither side waits for the other with a full pipe.
    let writer = std::thread::spawn(move || stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().map_err(io)?;
    let written = writer.join().unwrap_or(Ok(()));
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(EngineError::Failed { engine: engine.to_owned(), message });
    }
    written.map_err(io)?;
    read_plain(&String::from_utf8_lossy(&output.stdout), edges, node_count)
        .map_err(|line| EngineError::Unreadable { engine: engine.to_owned(), line })
}

/// Reads Graphviz's plain format (<https://graphviz.org/docs/outputs/plain/>): inches, y up.
fn read_plain(text: &str, edges: &[(usize, usize)], node_count: usize) -> Result<Layout, String> {
    let mut layout = Layout { places: vec![Point::default(); node_count], routes: vec![Vec::new(); edges.len()] };
    let mut waiting: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
    for (number, &ends) in edges.iter().enumerate().rev() {
        waiting.entry(ends).or_default().push(number);
    }
    // Long lines end in `\` and go on.
    for line in text.replace("\\\n", "").lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let bad = || line.to_owned();
        let number = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).ok_or_else(bad);
        let node = |at: usize| {
            let name = fields.get(at).and_then(|field| field.strip_prefix('n')).and_then(|digits| digits.parse().ok());
            name.filter(|&node: &usize| node < node_count).ok_or_else(bad)
        };
        let point = |at: usize| Ok::<_, String>(Point::new(number(at)? * PX_PER_INCH, -number(at + 1)? * PX_PER_INCH));
        match fields.first() {
            Some(&"node") => layout.places[node(1)?] = point(2)?,
            Some(&"edge") => {
                let count = number(3)? as usize;
                let points = (0..count).map(|at| point(4 + 2 * at)).collect::<Result<Vec<Point>, String>>()?;
                let ends = (node(1)?, node(2)?);
                let edge = waiting.get_mut(&ends).and_then(Vec::pop).ok_or_else(bad)?;
                let starts = (0..points.len().saturating_sub(3)).step_by(3);
                layout.routes[edge] =
                    starts.map(|at| -> Cubic { [0, 1, 2, 3].map(|step| points[at + step]) }).collect();
            }
            _ => {}
        }
    }
    Ok(layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_output_is_read_with_y_turned_down() {
        let text = "graph 1 2 2\nnode n0 1 1.5 1 0.5 A solid box black white\nnode n1 1 0.5 1 0.5 B solid box black white\n\
                    edge n0 n1 4 1 1.25 1 1.1 1 0.9 \\\n1 0.75 solid black\nstop\n";
        let layout = read_plain(text, &[(0, 1)], 2).expect("a layout");
        assert_eq!(layout.places, [Point::new(72.0, -108.0), Point::new(72.0, -36.0)]);
        assert_eq!(layout.routes[0].len(), 1);
        assert_eq!(layout.routes[0][0][3], Point::new(72.0, -54.0));
        assert!(read_plain("node x 1 1", &[], 1).is_err());
    }

    #[test]
    fn a_missing_engine_is_named() {
        let error = lay_out("yutu-no-such-program", "digraph {}", &[], 0).expect_err("missing");
        assert_eq!(error.to_string(), "the program `yutu-no-such-program` of Graphviz was not found");
    }
}

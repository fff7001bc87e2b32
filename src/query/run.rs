//! From a query with parameters to one that can be run.

use std::time::Duration;

use super::{
    QueryError, Reading, Target,
    names::LookUp,
    parameters::{Parameter, fill_in},
};

/// A query without open parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The text to run, line by line that of the file.
    pub sparql: String,
    /// What names were taken to mean, where that is worth saying.
    pub readings: Vec<Reading>,
}

/// Fills in a query's parameters; names are looked up where the query will be run.
///
/// # Errors
/// When a parameter is unknown, missing, of the wrong type or names nothing, or the look-up fails.
pub fn prepare(
    text: &str,
    parameters: &[Parameter],
    given: &[(String, String)],
    target: Target<'_>,
    timeout: Option<Duration>,
) -> Result<Prepared, QueryError> {
    let mut names = LookUp::new(target, timeout);
    let sparql = fill_in(text, parameters, given, &mut names)?;
    Ok(Prepared { sparql, readings: names.readings })
}

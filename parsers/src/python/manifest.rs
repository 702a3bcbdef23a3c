//! The manifest of a multi-part log, for the code that opens its files.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::errors;
use crate::aof::manifest::{PartKind, parse};

/// A file: name, whether it is the base, whether a replication offset stands beside it.
type File<'py> = (Bound<'py, PyBytes>, bool, bool);

/// The files that a manifest names, in the order of replay; those of history are left out.
#[pyfunction]
pub fn manifest_files<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Vec<File<'py>>> {
    let entries = parse(text).map_err(|error| errors::to_python(py, &error))?;
    let kept = entries.iter().filter(|entry| entry.kind != PartKind::History);
    Ok(kept
        .map(|entry| (PyBytes::new(py, &entry.name), entry.kind == PartKind::Base, entry.start_offset.is_some()))
        .collect())
}

//! The Python module `rdbscope._native`: one class that reads a snapshot, and a few functions about names and files.

mod errors;
mod facts;
mod fingerprint;
mod manifest;
mod quick;
mod reader;
mod side;
mod side_log;
mod source;
mod stream;
mod text;
mod whatif;

use pyo3::prelude::*;

use crate::patterns;

/// Cluster slot of a key name, 0 to 16383.
#[pyfunction]
fn key_slot(name: &[u8]) -> u16 {
    patterns::slot(name)
}

/// A key name as safe text.
#[pyfunction]
fn safe_name(name: &[u8]) -> String {
    let mut text = Vec::with_capacity(name.len());
    patterns::safe_name(name, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("build_profile", if cfg!(debug_assertions) { "debug" } else { "release" })?;
    module.add("DumpError", module.py().get_type::<errors::DumpError>())?;
    module.add_class::<reader::Reader>()?;
    module.add_class::<stream::ArrowStream>()?;
    module.add_class::<text::TextPieces>()?;
    module.add_function(wrap_pyfunction!(key_slot, module)?)?;
    module.add_function(wrap_pyfunction!(safe_name, module)?)?;
    module.add_function(wrap_pyfunction!(fingerprint::fingerprint, module)?)?;
    module.add_function(wrap_pyfunction!(manifest::manifest_files, module)?)?;
    module.add_function(wrap_pyfunction!(whatif::verified_servers, module)?)?;
    Ok(())
}

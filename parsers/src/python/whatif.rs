//! Comparisons and bills as Python sees them.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::reader::{allocator_of, server_of, thresholds_of};
use super::stream::Guarded;
use crate::arrow::schema;
use crate::arrow::side_tables::TableBuilder;
use crate::conversion::{Overrides, Target};
use crate::whatif::{Comparison, KeyBill};

/// A server as `{"server", "version", "thresholds", "allocator", "cluster"}`, each of which may be left out; without a
/// server it is the one that wrote the dump.
pub fn wanted(given: &Bound<'_, PyDict>) -> PyResult<Overrides> {
    let text = |name: &str| given.get_item(name)?.map(|value| value.extract::<String>()).transpose();
    let server = match (text("server")?, text("version")?) {
        (Some(server), Some(version)) => Some(server_of(&server, &version)?),
        _ => None,
    };
    let thresholds = given.get_item("thresholds")?.map(|values| thresholds_of(values.cast::<PyDict>()?)).transpose()?;
    Ok(Overrides {
        server,
        thresholds: thresholds.unwrap_or_default(),
        allocator: text("allocator")?.map(|name| allocator_of(&name)).transpose()?.unwrap_or_default(),
        cluster: given.get_item("cluster")?.map(|value| value.extract()).transpose()?,
    })
}

/// Servers whose sizes were verified byte for byte, as (server, version), the oldest of each family first.
#[pyfunction]
pub fn verified_servers() -> Vec<(&'static str, String)> {
    Target::verified().map(|(server, version)| (server.as_str(), version.to_string())).collect()
}

/// Rows of a comparison.
pub fn table(comparison: &Comparison) -> PyResult<Guarded> {
    let schema = schema::side_table("comparison").ok_or_else(|| PyRuntimeError::new_err("no schema"))?;
    let mut rows = TableBuilder::new(schema.clone());
    for (group, sums) in &comparison.groups {
        let Some(target) = comparison.targets.get(group.target) else { continue };
        let version = target.version.to_string();
        let place = comparison.patterns.assigned.get(group.pattern as usize).copied().unwrap_or(0);
        let pattern = comparison.patterns.patterns.get(place as usize).map(|pattern| pattern.text.as_str());
        rows.row([
            (group.target as u64).into(),
            target.server.as_str().into(),
            version.as_str().into(),
            pattern.into(),
            group.type_name.as_str().into(),
            group.now.name(&comparison.now).into(),
            group.loadable.then(|| group.then.name(target)).flatten().into(),
            sums.keys.into(),
            if group.loadable { sums.unknown } else { 0 }.into(),
            if group.loadable { 0 } else { sums.keys }.into(),
            sums.bytes_now.into(),
            sums.bytes_then.into(),
        ]);
    }
    let batch = rows.finish().map_err(|e| PyRuntimeError::new_err(e.to_string()))?;
    Ok(Guarded::new(schema, Box::new(std::iter::once(Ok(batch)))))
}

/// A bill as a dictionary; `terms` are (part, counted bytes, allocated bytes).
pub fn bill<'py>(py: Python<'py>, bill: &KeyBill, target: &Target) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("db", bill.db)?;
    dict.set_item("record_offset", bill.record_offset)?;
    dict.set_item("encoding", bill.encoding.name(target))?;
    dict.set_item("server", target.server.as_str())?;
    dict.set_item("server_version", target.version.to_string())?;
    let share = bill.template_share;
    dict.set_item("memory_bytes", bill.memory.memory_bytes.map(|bytes| bytes + share))?;
    dict.set_item("memory_exact", bill.memory.exact)?;
    dict.set_item("allocated_bytes", bill.memory.allocated_bytes.map(|bytes| bytes + share))?;
    dict.set_item("deviation_bytes", bill.memory.deviation)?;
    let mut terms: Vec<_> = bill.terms.iter().map(|term| (term.part.as_str(), term.counted, term.allocated)).collect();
    if share > 0 {
        terms.push(("share of the template", share as i64, share));
    }
    dict.set_item("terms", terms)?;
    Ok(dict)
}

//! Comparisons and bills as Python sees them.

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::reader::{allocator_of, server_of, thresholds_of};
use super::stream::Guarded;
use crate::arrow::schema;
use crate::arrow::side_tables::TableBuilder;
use crate::conversion::Target;
use crate::whatif::{Comparison, KeyBill};

/// A target as `{"server", "version", "thresholds", "allocator"}`; the last two may be left out.
pub fn target_of(given: &Bound<'_, PyDict>) -> PyResult<Target> {
    let text = |name: &str| -> PyResult<String> {
        given.get_item(name)?.ok_or_else(|| PyValueError::new_err(format!("a target without {name}")))?.extract()
    };
    let (server, version) = server_of(&text("server")?, &text("version")?)?;
    let mut target = Target::new(server, version);
    if let Some(thresholds) = given.get_item("thresholds")? {
        target.thresholds = thresholds_of(thresholds.cast::<PyDict>()?)?;
    }
    if let Some(allocator) = given.get_item("allocator")? {
        target.allocator = allocator_of(&allocator.extract::<String>()?)?;
    }
    Ok(target)
}

/// Rows of a comparison.
pub fn table(comparison: &Comparison) -> PyResult<Guarded> {
    let schema = schema::side_table("comparison").ok_or_else(|| PyRuntimeError::new_err("no schema"))?;
    let mut rows = TableBuilder::new(schema.clone());
    for (group, sums) in &comparison.groups {
        let Some(target) = comparison.targets.get(group.target) else { continue };
        let place = comparison.patterns.assigned.get(group.pattern as usize).copied().unwrap_or(0);
        let pattern = comparison.patterns.patterns.get(place as usize).map(|pattern| pattern.text.as_str());
        rows.row([
            (group.target as u64).into(),
            pattern.into(),
            group.type_name.as_str().into(),
            group.now.name(&comparison.now).into(),
            group.then.name(target).into(),
            sums.keys.into(),
            sums.unknown.into(),
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

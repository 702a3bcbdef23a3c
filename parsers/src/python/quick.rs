//! Quick looks as Python sees them: tables of a few rows.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use super::stream::Guarded;
use crate::arrow::schema;
use crate::arrow::side_tables::{Cell, SafeName, TableBuilder};
use crate::quick::{PrefixTotals, TopKey};

/// The largest keys, the largest first.
pub fn top_keys(keys: &[TopKey]) -> PyResult<Guarded> {
    table("top_keys", |rows| {
        let mut safe = SafeName::default();
        for key in keys {
            let (name, raw) = safe.cells(&key.name);
            rows.row([
                key.db.into(),
                name,
                raw,
                key.form.type_name.as_str().into(),
                key.form.encoding.into(),
                key.elements.into(),
                key.memory_bytes.into(),
                key.value_bytes.into(),
                key.dump_bytes.into(),
                key.largest_element_bytes.into(),
                key.expires_at_ms.map_or(Cell::Null, Cell::Int),
                key.pattern.as_deref().into(),
            ]);
        }
    })
}

/// Prefixes with their totals.
pub fn prefix_totals(prefixes: &[PrefixTotals]) -> PyResult<Guarded> {
    table("prefix_totals", |rows| {
        for (id, prefix) in prefixes.iter().enumerate() {
            rows.row([
                (id as u64).into(),
                prefix.node.parent.map(u64::from).into(),
                u64::from(prefix.node.depth).into(),
                prefix.node.text.as_str().into(),
                prefix.node.prefix.as_str().into(),
                prefix.totals.keys.into(),
                prefix.totals.expiring_keys.into(),
                prefix.totals.memory_bytes.into(),
                prefix.totals.value_bytes.into(),
                prefix.totals.dump_bytes.into(),
            ]);
        }
    })
}

fn table(name: &str, fill: impl FnOnce(&mut TableBuilder)) -> PyResult<Guarded> {
    let schema = schema::side_table(name).ok_or_else(|| PyRuntimeError::new_err("no schema"))?;
    let mut rows = TableBuilder::new(schema.clone());
    fill(&mut rows);
    let batch = rows.finish().map_err(|e| PyRuntimeError::new_err(e.to_string()))?;
    Ok(Guarded::new(schema, Box::new(std::iter::once(Ok(batch)))))
}

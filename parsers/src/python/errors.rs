//! Errors of the input as Python exceptions, with their parts as attributes.

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyKeyboardInterrupt};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::{Error, ErrorKind};

create_exception!(
    rdbscope._native,
    DumpError,
    PyException,
    "The input is damaged, unreadable or no snapshot. Attributes: kind, offset, db, key, message."
);

/// The exception of an input error.
pub fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    if let ErrorKind::Io(inner) = error.kind()
        && let Some(raised) = inner.get_ref().and_then(|e| e.downcast_ref::<PyErr>())
    {
        return raised.clone_ref(py);
    }
    let exception = DumpError::new_err(error.to_string());
    match describe(py, &exception, error) {
        Ok(()) => exception,
        Err(raised) => raised,
    }
}

fn describe(py: Python<'_>, exception: &PyErr, error: &Error) -> PyResult<()> {
    let value = exception.value(py);
    value.setattr("kind", error.kind().id())?;
    value.setattr("offset", error.offset())?;
    value.setattr("part", error.part())?;
    value.setattr("db", error.key().map(|key| key.db))?;
    value.setattr("key", error.key().map(|key| PyBytes::new(py, &key.name)))?;
    value.setattr("message", error.kind().to_string())
}

/// The exception of a second use of something that is used once.
pub fn used_twice(what: &str) -> PyErr {
    pyo3::exceptions::PyRuntimeError::new_err(format!("{what} can be read once only"))
}

/// The exception after Ctrl-C.
pub fn interrupted() -> PyErr {
    PyKeyboardInterrupt::new_err(())
}

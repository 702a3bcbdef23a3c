//! Where the bytes come from: a local path, read here, or a Python object with `read`.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::source::ReadAhead;

/// A source as Python gave it.
#[derive(Debug)]
pub enum Source {
    Path(PathBuf),
    Object(Py<PyAny>),
}

impl Source {
    /// A string or path-like object is a path, anything else must have `read`.
    pub fn of(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.hasattr("read")? {
            return Ok(Self::Object(value.clone().unbind()));
        }
        Ok(Self::Path(value.extract()?))
    }

    /// Opens the source.
    pub fn open(self) -> io::Result<Box<dyn Read + Send>> {
        match self {
            Self::Path(path) => {
                let file = File::open(&path)?;
                if file.metadata()?.is_dir() {
                    return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
                }
                Ok(Box::new(file))
            }
            Self::Object(object) => Ok(Box::new(ReadAhead::new(Box::new(PythonReader { object }))?)),
        }
    }
}

/// A Python object whose `read(size)` gives bytes.
struct PythonReader {
    object: Py<PyAny>,
}

impl Read for PythonReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| {
            let read = self.object.call_method1(py, "read", (out.len(),)).map_err(io::Error::other)?;
            let bytes = read.cast_bound::<PyBytes>(py).map_err(|e| io::Error::other(PyErr::from(e)))?.as_bytes();
            let Some(room) = out.get_mut(..bytes.len()) else {
                return Err(io::Error::other("the source gave more bytes than were asked for"));
            };
            room.copy_from_slice(bytes);
            Ok(bytes.len())
        })
    }
}

//! Record batches as Arrow C streams. DuckDB pulls them from its own threads, without the interpreter lock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// Batches with their schema, shared by all streams that are made of them: DuckDB asks for one to see the schema and for
/// another one to read. The first that reads takes the batches.
///
/// A panic while a batch is made becomes an error, because it must not cross the C stream.
#[derive(Clone)]
pub struct Guarded {
    schema: SchemaRef,
    batches: Arc<Mutex<Option<Batches>>>,
    begun: bool,
}

impl Guarded {
    pub fn new(schema: SchemaRef, batches: Batches) -> Self {
        Self { schema, batches: Arc::new(Mutex::new(Some(batches))), begun: false }
    }
}

impl Iterator for Guarded {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut shared = self.batches.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(batches) = shared.as_mut() else {
            let used = ArrowError::InvalidArgumentError("it was read before, and can be read once only".into());
            return if self.begun { None } else { Some(Err(used)) };
        };
        self.begun = true;
        let outcome = catch_unwind(AssertUnwindSafe(|| batches.next())).unwrap_or_else(|_| {
            Some(Err(ArrowError::ComputeError("internal error: the reader panicked; please report it".into())))
        });
        if !matches!(outcome, Some(Ok(_))) {
            *shared = None;
        }
        outcome
    }
}

impl RecordBatchReader for Guarded {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// The capsule of the Arrow PyCapsule interface.
pub fn capsule<'py>(py: Python<'py>, reader: Guarded) -> PyResult<Bound<'py, PyCapsule>> {
    let stream = FFI_ArrowArrayStream::new(Box::new(reader));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// A table that is read once through `__arrow_c_stream__`.
#[pyclass(frozen, module = "rdbscope._native")]
pub struct ArrowStream(Guarded);

impl ArrowStream {
    pub fn new(reader: Guarded) -> Self {
        Self(reader)
    }
}

#[pymethods]
impl ArrowStream {
    /// The Arrow PyCapsule interface; a requested schema is not needed and ignored, as the interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        capsule(py, self.0.clone())
    }
}

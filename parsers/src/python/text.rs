//! The keys of a dump as text, piece by piece: whole lines that Python only passes on.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::errors;
use super::reader::Shared;
use crate::error::{Error, Result};
use crate::export::Exporter;
use crate::scan::{Options, Scan};

/// Bytes from which a piece is handed out. Kernels take larger ones in more time: they look for larger pages.
const PIECE: usize = 64 << 10;

/// Where the writing stands.
enum State {
    Closed(Exporter),
    Open(Box<Scan<Exporter>>),
    Failed(Error),
    Ended,
}

/// Pieces of text, once.
#[pyclass(frozen, module = "rdbscope._native")]
pub struct TextPieces {
    options: Options,
    shared: Arc<Shared>,
    /// Where it stands, and the piece that was handed out last.
    state: Mutex<(State, Vec<u8>)>,
}

impl TextPieces {
    pub(super) fn new(exporter: Exporter, options: Options, shared: Arc<Shared>) -> Self {
        Self { options, shared, state: Mutex::new((State::Closed(exporter), Vec::new())) }
    }

    fn open(&self, exporter: Exporter) -> Result<Scan<Exporter>> {
        let reader = self.shared.open_source()?;
        let (cancel, progress) = (self.shared.cancel.clone(), self.shared.progress.clone());
        Scan::with(exporter, reader, self.options.clone(), cancel, progress)
    }

    /// Writes the next piece into `piece`, which stays empty at the end.
    fn fill(&self, state: &mut State, piece: &mut Vec<u8>) -> Result<()> {
        let mut scan = match std::mem::replace(state, State::Ended) {
            State::Closed(exporter) => Box::new(self.open(exporter)?),
            State::Open(scan) => scan,
            State::Failed(error) => return Err(error),
            State::Ended => return Ok(()),
        };
        let outcome = scan.advance(|exporter| exporter.len() < PIECE);
        scan.taker().take_text(piece);
        match outcome {
            Ok(()) if piece.len() >= PIECE => *state = State::Open(scan),
            Ok(()) => self.shared.outcome().gathered = Some(scan.close().0),
            // What was written before goes out first.
            Err(error) => *state = State::Failed(error),
        }
        if piece.is_empty() { self.fill(state, piece) } else { Ok(()) }
    }
}

#[pymethods]
impl TextPieces {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let filled = py.detach(|| {
            let mut held = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let (state, piece) = &mut *held;
            piece.clear();
            self.fill(state, piece).map(|()| std::mem::take(piece))
        });
        match filled {
            Ok(piece) if piece.is_empty() => Ok(None),
            Ok(piece) => {
                let bytes = PyBytes::new(py, &piece);
                self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = piece;
                Ok(Some(bytes))
            }
            Err(error) => {
                let raised = errors::to_python(py, &error);
                self.shared.outcome().error = Some(error);
                Err(raised)
            }
        }
    }
}

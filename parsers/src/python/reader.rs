//! `Reader`: one pass over one snapshot, as key rows or as a check without rows.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arrow_schema::ArrowError;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use super::source::Source;
use super::stream::{ArrowStream, Guarded, capsule};
use super::text::TextPieces;
use super::{errors, facts, quick, side, whatif};
use crate::aof::log::Until;
use crate::arrow::schema;
use crate::conversion::{Allocator, Overrides, Server, Target, Thresholds, Version};
use crate::error::{Error, ErrorKind};
use crate::export::Exporter;
use crate::export::columns::Column;
use crate::quick::{Measure, Ranking, TopKeys, Tree};
use crate::rows::{Filter, Form};
use crate::scan::{Gathered, KeyTaker, LogOptions, LogScan, Options, Progress, Scan, TemplateShares};
use crate::scan::{template_shares, template_shares_of_log, verify, verify_log};
use crate::source::CancelFlag;
use crate::whatif::{bills, compare};

/// What the stream and the reader share.
#[derive(Default)]
pub(super) struct Shared {
    /// Taken by the one pass that reads it.
    source: Mutex<Option<Source>>,
    pub progress: Arc<Progress>,
    pub cancel: CancelFlag,
    /// Forms of the batches handed out so far.
    forms: Mutex<Vec<Form>>,
    outcome: Mutex<Outcome>,
}

/// A form as Python sees it: type, encoding, kind, whether memory is exact.
type FormParts = (String, Option<&'static str>, Option<&'static str>, Option<bool>);

#[derive(Default)]
pub(super) struct Outcome {
    pub error: Option<Error>,
    pub gathered: Option<Gathered>,
}

impl Shared {
    fn take_source(&self) -> Option<Source> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn forms(&self) -> MutexGuard<'_, Vec<Form>> {
        self.forms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the source for the one pass that reads it.
    pub fn open_source(&self) -> Result<Box<dyn io::Read + Send>, Error> {
        let Some(source) = self.take_source() else {
            return Err(open_error(io::Error::other("the source was read before, and can be read once only")));
        };
        source.open().map_err(open_error)
    }

    pub fn outcome(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One pass over one snapshot.
#[pyclass(frozen, module = "rdbscope._native")]
pub struct Reader {
    options: Options,
    shared: Arc<Shared>,
    rows: Guarded,
}

pub(super) fn open_error(error: io::Error) -> Error {
    Error::new(ErrorKind::Io(error), 0)
}

#[pymethods]
impl Reader {
    #[new]
    #[pyo3(signature = (
        source, *, salvage=false, r#match=None, types=None, databases=None, server=None, server_version=None,
        thresholds=None, allocator=None, cluster=None, spool_dir=None, batch_rows=122_880,
        until_seconds=None, until_offset=None, replay_limit=None, loaded_at_ms=None, template_shares=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of the Python class")]
    fn new(
        source: &Bound<'_, PyAny>,
        salvage: bool,
        r#match: Option<Vec<Vec<u8>>>,
        types: Option<Vec<String>>,
        databases: Option<Vec<u64>>,
        server: Option<&str>,
        server_version: Option<&str>,
        thresholds: Option<&Bound<'_, PyDict>>,
        allocator: Option<&str>,
        cluster: Option<bool>,
        spool_dir: Option<PathBuf>,
        batch_rows: usize,
        until_seconds: Option<i64>,
        until_offset: Option<u64>,
        replay_limit: Option<u64>,
        loaded_at_ms: Option<i64>,
        template_shares: Option<HashMap<u64, u64>>,
    ) -> PyResult<Self> {
        let server = match (server, server_version) {
            (Some(server), Some(version)) => Some(server_of(server, version)?),
            (None, None) => None,
            _ => return Err(PyValueError::new_err("server and server_version go together")),
        };
        let overrides = Overrides {
            server,
            thresholds: thresholds.map(thresholds_of).transpose()?.unwrap_or_default(),
            allocator: allocator.map(allocator_of).transpose()?.unwrap_or_default(),
            cluster,
        };
        let filter = Filter {
            globs: r#match.unwrap_or_default(),
            types: types.unwrap_or_default(),
            databases: databases.unwrap_or_default(),
        };
        let source = Source::of(source)?;
        let (manifest, manifest_offsets) = match &source {
            Source::Log(parts) => (parts.manifest, parts.manifest_offsets),
            _ => (false, false),
        };
        let log = LogOptions {
            until: until_seconds.map(Until::Time).or(until_offset.map(Until::Offset)),
            memory_limit: replay_limit.unwrap_or(u64::MAX),
            loaded_at_ms: loaded_at_ms.unwrap_or(0),
            manifest,
            manifest_offsets,
        };
        let options = Options {
            salvage,
            filter,
            overrides,
            spool_folder: spool_dir.unwrap_or_else(std::env::temp_dir),
            batch_rows: batch_rows.max(1),
            kinds: true,
            template_shares: template_shares.map(TemplateShares::from_iter),
            log,
        };
        let shared = Arc::new(Shared { source: Mutex::new(Some(source)), ..Shared::default() });
        let rows = Rows { options: options.clone(), shared: shared.clone(), scan: None, begun: false };
        Ok(Self { options, shared, rows: Guarded::new(schema::key_rows(), Box::new(rows)) })
    }

    /// Key rows as an Arrow C stream, once.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        capsule(py, self.rows.clone())
    }

    /// Reads to the end without rows: structure and checksum, with `deep` every compressed string too.
    #[pyo3(signature = (*, deep=false))]
    fn walk(&self, py: Python<'_>, deep: bool) -> PyResult<()> {
        let (gathered, error) = self.in_background(py, move |source, options, cancel, progress| match source {
            Source::Log(mut parts) => match verify_log(&mut parts, options, deep, &cancel, progress) {
                Ok(gathered) => Ok((Some(gathered), None)),
                Err(error) => Ok((None, Some(error))),
            },
            source => {
                let reader = source.open().map_err(open_error)?;
                let (gathered, checked) = verify(reader, options, deep, cancel, progress);
                Ok((gathered, checked.err()))
            }
        })?;
        *self.shared.outcome() = Outcome { error, gathered };
        self.raise(py)
    }

    /// Bytes that each key of a hash template is charged, by the template's id in the file. Reads to the end.
    fn template_shares(&self, py: Python<'_>) -> PyResult<HashMap<u64, u64>> {
        let shared = self.shared.clone();
        let shares = self.in_background(py, move |source, options, cancel, _| match source {
            Source::Log(parts) => template_shares_of_log(Box::new(parts), options, cancel, shared.progress.clone()),
            source => template_shares(source.open().map_err(open_error)?, options, cancel, &shared.progress),
        })?;
        Ok(shares.iter().collect())
    }

    /// Sums by pattern, type and encoding of what the same keys cost in several servers, in one pass.
    fn compare(&self, py: Python<'_>, targets: Vec<Bound<'_, PyDict>>) -> PyResult<ArrowStream> {
        let targets = targets.iter().map(whatif::wanted).collect::<PyResult<Vec<_>>>()?;
        let comparison = self.in_background(py, move |source, options, cancel, progress| {
            compare(source.open().map_err(open_error)?, options, &targets, cancel, progress)
        })?;
        whatif::table(&comparison).map(ArrowStream::new)
    }

    /// How the memory of the keys of one name comes about, term by term.
    #[pyo3(signature = (name, *, db=None))]
    fn key_bills<'py>(&self, py: Python<'py>, name: Vec<u8>, db: Option<u64>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let (found, target) = self.in_background(py, move |source, options, cancel, _| {
            bills(source.open().map_err(open_error)?, options, &name, db, cancel)
        })?;
        found.iter().map(|bill| whatif::bill(py, bill, &target)).collect()
    }

    /// The keys as text, in pieces of whole lines, once; with `columns` only these, in this order.
    #[pyo3(signature = (format, columns=None))]
    fn text(&self, format: &str, columns: Option<Vec<String>>) -> PyResult<TextPieces> {
        let chosen = columns.map(|names| names.iter().map(|name| column_of(name)).collect()).transpose()?;
        let exporter = Exporter::new(format, chosen)
            .ok_or_else(|| PyValueError::new_err(format!("no such text: {format:?}; csv, rdbtools-csv or jsonl")))?;
        let options = Options { kinds: exporter.shows_kinds(), ..self.options.clone() };
        Ok(TextPieces::new(exporter, options, self.shared.clone()))
    }

    /// The largest keys; nothing where it cannot be told without all keys at hand.
    #[pyo3(signature = (number, *, by="memory", r#type=None, patterns=false))]
    fn top_keys(
        &self,
        py: Python<'_>,
        number: usize,
        by: &str,
        r#type: Option<String>,
        patterns: bool,
    ) -> PyResult<Option<ArrowStream>> {
        let measure = Measure::parse(by).ok_or_else(|| PyValueError::new_err(format!("no measure of keys: {by:?}")))?;
        let keys = TopKeys::new(Ranking { measure, number, type_name: r#type, patterns });
        let found = self.pass(py, keys, |keys, gathered| Ok(keys.finish(gathered)))?;
        found.map(|keys| quick::top_keys(&keys).map(ArrowStream::new)).transpose()
    }

    /// Every prefix with its totals; nothing where it cannot be told without all keys at hand.
    fn prefix_totals(&self, py: Python<'_>) -> PyResult<Option<ArrowStream>> {
        let tree = Tree::new(&self.options.spool_folder);
        let found = self.pass(py, tree, Tree::finish)?;
        found.map(|prefixes| quick::prefix_totals(&prefixes).map(ArrowStream::new)).transpose()
    }

    /// Bytes of the source that were read, and keys.
    fn progress(&self) -> (u64, u64) {
        let progress = &self.shared.progress;
        (progress.bytes.load(Ordering::Relaxed), progress.keys.load(Ordering::Relaxed))
    }

    /// Ends the pass as soon as the next block is read.
    fn cancel(&self) {
        self.shared.cancel.cancel();
    }

    /// The error that ended the pass.
    fn error(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let outcome = self.shared.outcome();
        outcome.error.as_ref().map(|error| errors::to_python(py, error).into_value(py).into_any())
    }

    /// Forms that the batches handed out so far refer to; the place in the list is the `form_id`.
    fn forms(&self) -> Vec<FormParts> {
        let parts = |form: &Form| {
            (form.type_name.clone(), form.encoding, form.kind.map(|kind| kind.as_str()), form.memory_exact)
        };
        self.shared.forms().iter().map(parts).collect()
    }

    /// Facts of the file, after the end.
    fn facts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        match &self.shared.outcome().gathered {
            Some(gathered) => facts::to_dict(py, gathered),
            None => Err(PyRuntimeError::new_err("facts are known after the end of the pass")),
        }
    }

    /// A side table, after the end.
    fn side(&self, name: &str) -> PyResult<ArrowStream> {
        let mut outcome = self.shared.outcome();
        let gathered = outcome
            .gathered
            .as_mut()
            .ok_or_else(|| PyRuntimeError::new_err("side tables are known after the end of the pass"))?;
        side::table(name, gathered).map(ArrowStream::new)
    }
}

impl Reader {
    /// Hands every key to `taker`, and gives what it makes of them.
    fn pass<T: KeyTaker + Send + 'static, R: Send + 'static>(
        &self,
        py: Python<'_>,
        taker: T,
        finish: impl FnOnce(T, &Gathered) -> io::Result<R> + Send + 'static,
    ) -> PyResult<R> {
        let shared = self.shared.clone();
        self.in_background(py, move |source, options, cancel, _| {
            let reader = source.open().map_err(open_error)?;
            let mut scan = Scan::with(taker, reader, options.clone(), cancel, shared.progress.clone())?;
            scan.advance(|_| true)?;
            let (gathered, taker) = scan.close();
            let found = finish(taker, &gathered).map_err(open_error)?;
            shared.outcome().gathered = Some(gathered);
            Ok(found)
        })
    }

    /// Runs a pass on a thread of its own, without the interpreter lock; Ctrl-C cancels it.
    fn in_background<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(Source, &Options, CancelFlag, &Progress) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        let source = self.shared.take_source().ok_or_else(|| errors::used_twice("the source"))?;
        let (shared, options) = (self.shared.clone(), self.options.clone());
        let worker = std::thread::spawn(move || work(source, &options, shared.cancel.clone(), &shared.progress));
        while !worker.is_finished() {
            py.detach(|| std::thread::sleep(Duration::from_millis(2)));
            if let Err(raised) = py.check_signals() {
                self.shared.cancel.cancel();
                py.detach(|| worker.join().ok());
                return Err(raised);
            }
        }
        match py.detach(|| worker.join()) {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(error)) => {
                self.shared.outcome().error = Some(error);
                self.raise(py)?;
                Err(errors::interrupted())
            }
            Err(_) => Err(PyRuntimeError::new_err("internal error: the reader panicked; please report it")),
        }
    }

    fn raise(&self, py: Python<'_>) -> PyResult<()> {
        match &self.shared.outcome().error {
            Some(error) if matches!(error.kind(), ErrorKind::Cancelled) => Err(errors::interrupted()),
            Some(error) => Err(errors::to_python(py, error)),
            None => Ok(()),
        }
    }
}

/// Key rows, batch by batch; leaves its outcome with the reader when it ends or is dropped.
struct Rows {
    options: Options,
    shared: Arc<Shared>,
    scan: Option<Pass>,
    begun: bool,
}

/// A pass over a dump or a log.
enum Pass {
    Dump(Box<Scan>),
    Log(Box<LogScan>),
}

impl Pass {
    fn next_batch(&mut self) -> Result<Option<arrow_array::RecordBatch>, Error> {
        match self {
            Self::Dump(scan) => scan.next_batch(),
            Self::Log(scan) => scan.next_batch(),
        }
    }

    fn forms(&self) -> &[Form] {
        match self {
            Self::Dump(scan) => scan.forms(),
            Self::Log(scan) => scan.forms(),
        }
    }

    fn finish(self) -> io::Result<Gathered> {
        match self {
            Self::Dump(scan) => scan.finish(),
            Self::Log(scan) => scan.finish(),
        }
    }
}

impl Rows {
    fn open(&mut self) -> Result<(), Error> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let Some(source) = self.shared.take_source() else {
            return Err(open_error(io::Error::other("the source was read before, and can be read once only")));
        };
        let (cancel, progress) = (self.shared.cancel.clone(), self.shared.progress.clone());
        let options = self.options.clone();
        self.scan = Some(match source {
            Source::Log(parts) => Pass::Log(Box::new(LogScan::open(Box::new(parts), options, cancel, progress)?)),
            source => {
                let reader = source.open().map_err(open_error)?;
                Pass::Dump(Box::new(Scan::open(reader, options, cancel, progress)?))
            }
        });
        Ok(())
    }

    fn publish_forms(&self) {
        let Some(scan) = &self.scan else { return };
        let mut published = self.shared.forms();
        let new = scan.forms().get(published.len()..).unwrap_or_default();
        published.extend_from_slice(new);
    }

    fn close(&mut self, error: Option<Error>) {
        let mut outcome = self.shared.outcome();
        if outcome.error.is_none() {
            outcome.error = error;
        }
        if let Some(scan) = self.scan.take() {
            match scan.finish() {
                Ok(gathered) => outcome.gathered = Some(gathered),
                Err(e) if outcome.error.is_none() => outcome.error = Some(open_error(e)),
                Err(_) => {}
            }
        }
    }
}

impl Iterator for Rows {
    type Item = Result<arrow_array::RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.open().and_then(|()| match &mut self.scan {
            Some(scan) => scan.next_batch(),
            None => Ok(None),
        });
        match batch {
            Ok(Some(batch)) => {
                self.publish_forms();
                Some(Ok(batch))
            }
            Ok(None) => {
                self.close(None);
                let failed = self.shared.outcome().error.as_ref().map(ToString::to_string);
                failed.map(|text| Err(ArrowError::ExternalError(text.into())))
            }
            Err(error) => {
                let text = error.to_string();
                self.close(Some(error));
                Some(Err(ArrowError::ExternalError(text.into())))
            }
        }
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.close(None);
    }
}

fn column_of(name: &str) -> PyResult<Column> {
    Column::parse(name).ok_or_else(|| PyValueError::new_err(format!("no column {name:?}")))
}

pub fn server_of(name: &str, version: &str) -> PyResult<(Server, Version)> {
    Target::parse_server(&format!("{name}-{version}"))
        .ok_or_else(|| PyValueError::new_err(format!("no server version: {name} {version:?}")))
}

pub fn allocator_of(name: &str) -> PyResult<Allocator> {
    Allocator::parse(name)
        .ok_or_else(|| PyValueError::new_err(format!("unknown allocator {name:?}: jemalloc, jemalloc-16 or glibc")))
}

pub fn thresholds_of(values: &Bound<'_, PyDict>) -> PyResult<Thresholds> {
    let mut thresholds = Thresholds::default();
    for (name, value) in values {
        let (name, value): (String, String) = (name.extract()?, value.str()?.extract()?);
        thresholds.set(&name, &value).map_err(|e| PyValueError::new_err(e.to_string()))?;
    }
    Ok(thresholds)
}

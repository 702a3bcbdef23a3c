//! A flag that stops a run from another thread (Ctrl-C, a limit reached).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared flag; looked at whenever a block of bytes is read, so inside long keys too.
#[derive(Debug, Clone, Default)]
pub struct CancelFlag(Arc<AtomicBool>);

impl CancelFlag {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

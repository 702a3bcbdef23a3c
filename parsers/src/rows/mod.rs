//! Key rows: the facts of each key as they reach the store, and the side tables that stay small.

pub mod filter;
pub mod forms;
pub mod key_facts;
pub mod names;
pub mod rare;
pub mod streams;

pub use filter::Filter;
pub use forms::{Form, Forms};
pub use key_facts::KeyFacts;
pub use names::{NameFacts, Names};

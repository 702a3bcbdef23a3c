//! What keys cost: the figure that `MEMORY USAGE key SAMPLES 0` answers after a server of a given version loaded the
//! dump, and what the key really takes.
//!
//! [`Memory`] receives a value's events and gives the figure at its end. Versions differ in the table of
//! [`constants`]; each type has a file.

pub mod allocator;
pub mod array;
pub mod bill;
pub mod built;
pub mod constants;
pub mod costs;
pub mod dict;
pub mod field_expiries;
pub mod hash;
pub mod hash_entry;
pub mod hashtable;
pub mod instance;
pub mod key;
pub mod list;
pub mod listpack_size;
pub mod model;
pub mod pending_ids;
pub mod quicklist_push;
pub mod random;
pub mod rax;
pub mod rules;
pub mod score_text;
pub mod sds;
pub mod set;
pub mod stream;
pub mod string;
pub mod template;
pub mod vectorset;
pub mod ziplist_size;
pub mod zset;

pub use bill::{Part, Term};
pub use instance::TableCounts;
pub use key::KeyFacts;
pub use model::{KeyMemory, Memory};
pub use template::{TemplateUse, TemplateUses};

//! Which keys a server can have at all, whatever they would cost there.

use super::target::Target;
use crate::rdb::codes::ValueType as T;

/// The module that servers bring along: a type of its own since Redis 8.0.
const VECTOR_SET: &str = "vectorset";

impl Target {
    /// Whether this server has keys of this type. Of a module it is not known who has loaded it: that holds.
    ///
    /// Release candidates bear the number of the version before: 4.9, 7.3, 7.9, 8.7.
    pub fn holds(&self, value: T, module: Option<&str>, field_expiries: bool) -> bool {
        match value {
            T::StreamListpacks
            | T::StreamListpacks2
            | T::StreamListpacks3
            | T::StreamListpacks4
            | T::StreamListpacks5 => self.is_valkey() || self.redis_from(4, 9, 0),
            T::Array => self.redis_from(8, 7, 0),
            T::PathHash => self.valkey_from(9, 2, 0),
            T::KeyDbCron => false,
            T::ModulePreGa | T::Module2 => module != Some(VECTOR_SET) || self.redis_from(7, 9, 0),
            _ => !field_expiries || self.has_listpackex() || self.valkey_from(9, 0, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::{Server, Version};

    #[test]
    fn types_begin_with_a_version() {
        let held = |server, version, value, module, field_expiries| {
            Target::new(server, Version::parse(version).unwrap()).holds(value, module, field_expiries)
        };
        let (redis, valkey) = (Server::Redis, Server::Valkey);
        for (value, module, expiries, without, with) in [
            (T::StreamListpacks3, None, false, (redis, "4.0.14"), (redis, "5.0.0")),
            (T::Array, None, false, (redis, "8.6.3"), (redis, "8.8.0")),
            (T::PathHash, None, false, (valkey, "9.1.2"), (valkey, "9.2.0")),
            (T::Module2, Some(VECTOR_SET), false, (redis, "7.4.1"), (redis, "8.0.2")),
            (T::HashMetadata, None, true, (redis, "7.2.6"), (redis, "7.4.1")),
            (T::Hash2, None, true, (valkey, "8.1.1"), (valkey, "9.0.0")),
        ] {
            assert!(!held(without.0, without.1, value, module, expiries), "{value:?} in {without:?}");
            assert!(held(with.0, with.1, value, module, expiries), "{value:?} in {with:?}");
        }
        assert!(held(valkey, "7.2.7", T::StreamListpacks, None, false));
        assert!(!held(valkey, "9.1.2", T::Array, None, false));
        assert!(held(redis, "4.0.14", T::Module2, Some("TSDB-TYPE"), false));
        // Packed values are converted.
        assert!(held(redis, "4.0.14", T::HashListpack, None, false));
        assert!(!held(redis, "7.4.1", T::KeyDbCron, None, false));
    }
}

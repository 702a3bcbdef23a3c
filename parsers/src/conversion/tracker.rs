use super::*;
use crate::events::ValueSink;
use crate::rdb::{FileFacts, KeyRecord};
#[derive(Debug, Default)]
pub struct Tracker;
impl ValueSink for Tracker {}
impl Tracker {
    pub fn reset(&mut self) {}
    pub fn finish(&self, _: &KeyRecord, _: &Target) -> Encoding {
        Encoding::Raw
    }
}
impl Target {
    pub fn encoding_name(&self, e: Encoding) -> &'static str {
        e.as_str()
    }
}
impl crate::scan::Assumed {
    pub fn target(&self, _: &FileFacts) -> (Target, bool) {
        (Target::new(Server::Redis, Version::new(7, 2, 6)), true)
    }
}
impl Thresholds {
    pub fn set(&mut self, _: &str, _: &str) -> Result<(), String> {
        Ok(())
    }
    pub fn named(&self) -> Vec<(&'static str, i64)> {
        vec![]
    }
}

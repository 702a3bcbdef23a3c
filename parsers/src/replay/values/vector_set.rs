//! Vector sets (Redis 8): elements and attributes. Vectors are not kept; links and levels are drawn anew at every load.

use std::collections::BTreeMap;

use super::ELEMENT_COST;
use crate::events::{Element, ValueSink};
use crate::rdb::codes::ValueType;

/// Name of the module type.
const NAME: &str = "vectorset";
/// Flags of a dump: a projection stands before the nodes, attributes stand beside the elements.
const PROJECTION: u64 = 1;
const ATTRIBUTES: u64 = 2;
/// Version of the parameters of a node.
const PARAMETERS: u64 = 1 << 24;

/// How vectors are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantisation {
    Full,
    Bytes,
    Bits,
}

/// A vector set.
#[derive(Debug, Clone)]
pub struct VectorSet {
    pub quantisation: Quantisation,
    /// Links per node and layer.
    pub links: u64,
    pub dimensions: u64,
    /// Dimensions before the projection; 0 where there is none.
    pub input_dimensions: u64,
    /// Attributes by element; empty for none.
    elements: BTreeMap<Box<[u8]>, Box<[u8]>>,
    content_bytes: u64,
}

impl VectorSet {
    pub fn new(quantisation: Quantisation, links: u64, dimensions: u64, input_dimensions: u64) -> Self {
        Self { quantisation, links, dimensions, input_dimensions, elements: BTreeMap::new(), content_bytes: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    pub fn held_bytes(&self) -> u64 {
        self.content_bytes + self.elements.len() as u64 * ELEMENT_COST
    }

    pub fn contains(&self, element: &[u8]) -> bool {
        self.elements.contains_key(element)
    }

    /// Adds an element, or sets its attribute where one is given.
    pub fn add(&mut self, element: &[u8], attribute: Option<&[u8]>) {
        self.content_bytes += (element.len() + attribute.map_or(0, <[u8]>::len)) as u64;
        let there = self.elements.entry(element.into()).or_default();
        if let Some(attribute) = attribute {
            *there = attribute.into();
        }
    }

    pub fn remove(&mut self, element: &[u8]) -> bool {
        let removed = self.elements.remove(element);
        let bytes = removed.as_ref().map_or(0, |attribute| element.len() + attribute.len());
        self.content_bytes = self.content_bytes.saturating_sub(bytes as u64);
        removed.is_some()
    }

    pub fn emit<S: ValueSink>(&self, sink: &mut S) {
        let opaque = |length: u64| Element::Opaque { length };
        let (code, vector_bytes) = match self.quantisation {
            Quantisation::Full => (0, self.dimensions.saturating_mul(4)),
            Quantisation::Bytes => (1, self.dimensions),
            Quantisation::Bits => (2, self.dimensions.div_ceil(64).saturating_mul(8)),
        };
        let projected = self.input_dimensions > 0;
        sink.begin(ValueType::Module2, None);
        sink.module(NAME, 0);
        sink.module_unsigned(self.dimensions);
        sink.module_unsigned(self.elements.len() as u64);
        sink.module_unsigned(code | self.links << 8);
        sink.module_unsigned(ATTRIBUTES | if projected { PROJECTION } else { 0 });
        if projected {
            sink.module_unsigned(self.input_dimensions);
            sink.module_string(opaque(self.input_dimensions.saturating_mul(self.dimensions).saturating_mul(4)));
        }
        for (id, (element, attribute)) in (1u64..).zip(&self.elements) {
            sink.module_string(Element::Bytes(element));
            sink.module_string(Element::Bytes(attribute));
            sink.module_string(opaque(vector_bytes));
            // Level 0 without links that are known: id, level, links, most links, worst link, norm, range.
            let parameters = [id, PARAMETERS, 0, self.links.saturating_mul(2), 0, 0, 0];
            sink.module_unsigned(parameters.len() as u64);
            parameters.into_iter().for_each(|parameter| sink.module_unsigned(parameter));
        }
    }
}

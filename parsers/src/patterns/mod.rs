//! Key names: classes of segments, pattern mining, hash tags and slots.

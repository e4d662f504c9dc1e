//! Design-system entities, causal versions and guarded JSON: plain data, no I/O, no clock.

//! Any samples in any chunks.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../probe.rs"]
mod probe;

fuzz_target!(|signal: probe::Signal| probe::signal(&signal));

//! Files that are nearly right.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../probe.rs"]
mod probe;
#[path = "../spec.rs"]
mod spec;

fuzz_target!(init: probe::let_the_decoder_panic(), |file: spec::File| probe::decode(&file.encode()));

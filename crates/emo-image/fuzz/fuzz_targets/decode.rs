//! Any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../probe.rs"]
mod probe;

fuzz_target!(init: probe::let_the_decoder_panic(), |bytes: &[u8]| probe::decode(bytes));

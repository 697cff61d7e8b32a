//! Any frame of any size.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../probe.rs"]
mod probe;

fuzz_target!(|frame: probe::RawFrame| probe::frame(&frame));

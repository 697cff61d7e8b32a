//! Tables that are nearly right.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../probe.rs"]
mod probe;
#[path = "../table.rs"]
mod table;

fuzz_target!(|table: table::Table| table.probe());

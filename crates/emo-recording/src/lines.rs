#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use std::io::{BufRead, BufReader, Read};

use crate::RecordingError;

/// The most columns of a table.
pub const MAX_COLUMNS: usize = 1024;

/// The most bytes of a line, its end included: 64 for each of 1024 columns.
pub const MAX_LINE_LEN: usize = 64 * MAX_COLUMNS;

/// The lines of a text, each read into the same buffer and none longer than allowed.
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    buffer: Vec<u8>,
    text: String,
    number: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader: BufReader::new(reader),
            buffer: Vec::new(),
            text: String::new(),
            number: 0,
        }
    }

    /// The next line without its end, and its number from 1.
    ///
    /// Texts are UTF-8 or, line by line, Latin-1.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &str)>, RecordingError> {
        self.buffer.clear();
        self.number += 1;
        let len = self
            .reader
            .by_ref()
            .take(MAX_LINE_LEN as u64 + 1)
            .read_until(b'\n', &mut self.buffer)?;
        if len == 0 {
            return Ok(None);
        }
        if len > MAX_LINE_LEN {
            return Err(RecordingError::LineTooLong {
                line: self.number,
                limit: MAX_LINE_LEN,
            });
        }
        let mut line = self.buffer.as_slice();
        if self.number == 1 {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        self.text.clear();
        match str::from_utf8(line) {
            Ok(text) => self.text.push_str(text.trim_end_matches(['\r', '\n'])),
            Err(_) => self
                .text
                .push_str(decode(line).trim_end_matches(['\r', '\n'])),
        }
        Ok(Some((self.number, &self.text)))
    }
}

/// Text as UTF-8 or, failing that, as Latin-1, in which old files write µ and accents.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// The beginning of a text, for errors.
pub(crate) fn beginning(text: &str) -> String {
    text.chars().take(40).collect()
}

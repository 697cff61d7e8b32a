use std::{collections::VecDeque, fmt, sync::Arc};

/// Takes the lines that the vendor's software logs, one at a time.
///
/// It is called on a thread of its own. As long as it does not return, further lines wait, and what the worker writes
/// beyond what its pipe holds makes the worker wait, too, until a call's deadline ends it.
///
/// # Example
/// ```
/// use emo_backend_mobilint::LogSink;
///
/// let sink = LogSink::new(|line| eprintln!("npu: {line}"));
/// ```
#[derive(Clone)]
pub struct LogSink(Arc<dyn Fn(&str) + Send + Sync>);

impl LogSink {
    /// Hands each line, without its end, to a function.
    pub fn new(sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(sink))
    }
}

impl fmt::Debug for LogSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogSink")
    }
}

/// Longer lines are cut.
const MAX_LINE: usize = 1024;

/// The last lines of a log.
#[derive(Debug)]
pub(crate) struct Log {
    lines: VecDeque<String>,
    max_lines: usize,
    partial: Vec<u8>,
    /// How many lines there were, kept or not.
    n_lines: usize,
    sink: Option<LogSink>,
}

impl Log {
    pub(crate) fn new(max_lines: usize, sink: Option<LogSink>) -> Self {
        Self {
            lines: VecDeque::new(),
            max_lines,
            partial: Vec::new(),
            n_lines: 0,
            sink,
        }
    }

    /// Takes bytes as they come, and returns the lines that they end.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut ended = Vec::new();
        for &byte in bytes {
            if byte == b'\n' {
                ended.extend(self.end_line());
            } else if self.partial.len() < MAX_LINE {
                self.partial.push(byte);
            }
        }
        ended
    }

    /// Ends the last line, if it has no end of its own.
    pub(crate) fn end_line(&mut self) -> Option<String> {
        let line = String::from_utf8_lossy(&self.partial).trim_end().to_owned();
        self.partial.clear();
        if line.is_empty() {
            return None;
        }
        self.n_lines = self.n_lines.wrapping_add(1);
        if self.max_lines > 0 {
            if self.lines.len() >= self.max_lines {
                self.lines.pop_front();
            }
            self.lines.push_back(line.clone());
        }
        Some(line)
    }

    pub(crate) fn sink(&self) -> Option<LogSink> {
        self.sink.clone()
    }

    pub(crate) fn n_lines(&self) -> usize {
        self.n_lines
    }

    /// The last `count` lines, oldest first.
    pub(crate) fn last(&self, count: usize) -> Vec<String> {
        let skip = self.lines.len().saturating_sub(count);
        self.lines.iter().skip(skip).cloned().collect()
    }
}

impl LogSink {
    pub(crate) fn send(&self, line: &str) {
        (self.0)(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept() {
        let mut log = Log::new(2, None);
        assert!(log.push(b"one\ntw").len() == 1);
        assert_eq!(log.push(b"o\r\n\nthree\nfour"), ["two", "three"]);
        assert_eq!(log.last(9), ["two", "three"]);
        assert_eq!(log.end_line().as_deref(), Some("four"));
        assert_eq!(log.last(1), ["four"]);
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let mut log = Log::new(2, None);
        for _ in 0..1000 {
            assert!(log.push(&[b'x'; 1000]).is_empty());
        }
        assert_eq!(log.end_line().map(|line| line.len()), Some(MAX_LINE));
    }
}

//! The frames that go through the pipes, and the fields in them.

use emo_backend::emo_tensor::{ElementType, TensorInfo};

use crate::MobilintError;

/// The first bytes of every frame, `EMON`.
pub(crate) const MAGIC: u32 = u32::from_le_bytes(*b"EMON");
/// The bytes of magic, operation, sequence number and length.
pub(crate) const HEADER_LEN: usize = 16;
/// What an answer may have beyond the outputs of a model: an error's text.
pub(crate) const MAX_ANSWER: usize = 1 << 30;

/// What a frame is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Hello = 1,
    Open = 2,
    Infer = 3,
    /// The only request without an answer.
    Close = 4,
    /// The only answer that is no request.
    Err = 5,
}

impl Op {
    fn from_code(code: u32) -> Option<Self> {
        [Self::Hello, Self::Open, Self::Infer, Self::Close, Self::Err]
            .into_iter()
            .find(|&op| op as u32 == code)
    }
}

/// The 16 bytes before each payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) op: Op,
    pub(crate) sequence: u32,
    pub(crate) len: usize,
}

impl Header {
    pub(crate) fn to_bytes(self) -> [u8; HEADER_LEN] {
        let words = [MAGIC, self.op as u32, self.sequence, self.len as u32];
        let mut bytes = [0; HEADER_LEN];
        for (to, word) in bytes.chunks_exact_mut(4).zip(words) {
            to.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    pub(crate) fn parse(bytes: [u8; HEADER_LEN]) -> Result<Self, MobilintError> {
        let word = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let broken = |reason: String| MobilintError::Protocol { reason };
        if word(0) != MAGIC {
            return Err(broken(format!("a frame begins with {:08x}", word(0))));
        }
        let op = Op::from_code(word(4))
            .ok_or_else(|| broken(format!("operation {} is unknown", word(4))))?;
        let len = word(12) as usize;
        if len > MAX_ANSWER {
            return Err(broken(format!("a frame announces {len} bytes")));
        }
        Ok(Self {
            op,
            sequence: word(8),
            len,
        })
    }
}

/// Writes the fields of a request.
#[derive(Debug, Default, Clone)]
pub(crate) struct Request(pub(crate) Vec<u8>);

impl Request {
    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self = self.u32(bytes.len() as u32);
        self.0.extend(bytes);
        self
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }
}

/// Reads the fields of an answer.
#[derive(Debug)]
pub(crate) struct Answer<'a>(pub(crate) &'a [u8]);

/// More than any model has, so that a broken answer does not ask for memory.
const MAX_COUNT: u32 = 1024;

impl Answer<'_> {
    pub(crate) fn u32(&mut self) -> Result<u32, MobilintError> {
        let (field, rest) = self.0.split_first_chunk().ok_or_else(short)?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*field))
    }

    pub(crate) fn text(&mut self) -> Result<String, MobilintError> {
        let len = self.u32()? as usize;
        let (field, rest) = self.0.split_at_checked(len).ok_or_else(short)?;
        self.0 = rest;
        Ok(String::from_utf8_lossy(field).into_owned())
    }

    pub(crate) fn count(&mut self) -> Result<u32, MobilintError> {
        match self.u32()? {
            count @ 0..=MAX_COUNT => Ok(count),
            count => Err(MobilintError::Protocol {
                reason: format!("an answer has a list of {count}"),
            }),
        }
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<String>, MobilintError> {
        (0..self.count()?).map(|_| self.text()).collect()
    }

    /// Descriptions of tensors, which get names with this beginning.
    pub(crate) fn tensors(&mut self, name: &str) -> Result<Vec<TensorInfo>, MobilintError> {
        (0..self.count()?)
            .map(|index| {
                let element_type = match self.u32()? {
                    0 => ElementType::F32,
                    1 => ElementType::U8,
                    2 => ElementType::I8,
                    other => {
                        return Err(MobilintError::Protocol {
                            reason: format!("an answer has the element type {other}"),
                        });
                    }
                };
                let shape = (0..self.count()?)
                    .map(|_| Ok(self.u32()? as usize))
                    .collect::<Result<Vec<usize>, MobilintError>>()?;
                let bytes = shape
                    .iter()
                    .try_fold(element_type.size(), |n, &len| n.checked_mul(len));
                if bytes.is_none_or(|bytes| bytes > MAX_ANSWER) {
                    return Err(MobilintError::Protocol {
                        reason: format!("a tensor has the shape {shape:?}"),
                    });
                }
                Ok(TensorInfo::new(
                    format!("{name}_{index}"),
                    element_type,
                    shape,
                ))
            })
            .collect()
    }
}

fn short() -> MobilintError {
    MobilintError::Protocol {
        reason: "an answer ends too early".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_little_endian_and_16_bytes() {
        let header = Header {
            op: Op::Infer,
            sequence: 0x0102_0304,
            len: 9216,
        };
        let bytes = header.to_bytes();
        assert_eq!(bytes, *b"EMON\x03\0\0\0\x04\x03\x02\x01\x00\x24\0\0");
        assert_eq!(Header::parse(bytes).unwrap(), header);
    }

    #[test]
    fn what_is_no_header_is_refused() {
        let good = Header {
            op: Op::Open,
            sequence: 1,
            len: 0,
        }
        .to_bytes();
        for (at, value) in [(0, b'X'), (4, 9), (15, 0xff)] {
            let mut bytes = good;
            bytes[at] = value;
            assert!(Header::parse(bytes).is_err(), "byte {at}");
        }
    }

    #[test]
    fn fields_are_read_as_they_are_written() {
        let request = Request::default().u32(7).text("aries-rb").u32(9);
        let mut answer = Answer(&request.0);
        assert_eq!(answer.u32().unwrap(), 7);
        assert_eq!(answer.text().unwrap(), "aries-rb");
        assert_eq!(answer.u32().unwrap(), 9);
        assert!(answer.u32().is_err());
    }

    #[test]
    fn counts_are_not_believed() {
        let many = Request::default().u32(u32::MAX);
        assert!(Answer(&many.0).text().is_err());
        assert!(Answer(&many.0).texts().is_err());
        let large = Request::default()
            .u32(1)
            .u32(0)
            .u32(2)
            .u32(u32::MAX)
            .u32(u32::MAX);
        assert!(Answer(&large.0).tensors("x").is_err());
    }
}

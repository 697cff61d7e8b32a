//! A file without the elements of its large tensors, which go from it straight to where they stay: they are most of a
//! model, and memory that is touched once costs more than what is done with it.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read, Seek as _, SeekFrom},
    path::Path,
};

use bytemuck::Pod;
use emo_tensor::{ElementType, Tensor};

use crate::{limits, payload::Payload, proto::TensorProto, tensor};

/// How many raw bytes of an initializer are left out.
const LARGE: u64 = 16 << 10;

/// What a file holds but for raw bytes of initializers.
pub(crate) struct Outline {
    file: BufReader<File>,
    /// The model's message, in which the raw bytes that are left out are none.
    pub(crate) bytes: Vec<u8>,
    left_out: BTreeMap<usize, Stretch>,
}

/// Where an initializer's raw bytes stand in the file.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    start: u64,
    len: u64,
}

impl Outline {
    /// `None` for a file that cannot be read or is no message; what is wrong is then for the whole of it to say.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        // What is no regular file may only be opened once.
        if !path.metadata().ok()?.is_file() {
            return None;
        }
        let file = File::open(path).ok()?;
        let len = file.metadata().ok()?.len();
        if usize::try_from(len).map_or(true, |len| len > limits::FILE_LEN) {
            return None;
        }
        let mut scan = Scan {
            file: BufReader::new(file),
            at: 0,
            n_initializers: 0,
            left_out: BTreeMap::new(),
        };
        let mut bytes = Vec::new();
        scan.message(Kind::Model, len, &mut bytes)?;
        Some(Self {
            file: scan.file,
            bytes,
            left_out: scan.left_out,
        })
    }

    /// The tensors whose elements were left out, by their numbers among the initializers.
    ///
    /// `None` where one is not as its message says, or stands in a form that only the whole file is read in.
    pub(crate) fn tensors(
        mut self,
        initializers: &[TensorProto],
    ) -> Option<BTreeMap<usize, Tensor>> {
        let left_out = std::mem::take(&mut self.left_out);
        let tensors = left_out.into_iter().map(|(number, stretch)| {
            let tensor = self.tensor(initializers.get(number)?, stretch)?;
            Some((number, tensor))
        });
        tensors.collect()
    }

    fn tensor(&mut self, proto: &TensorProto, stretch: Stretch) -> Option<Tensor> {
        let element_type = tensor::element_type(proto.data_type.unwrap_or_default())?;
        let (shape, len) = tensor::check_elsewhere(proto, usize::try_from(stretch.len).ok()?)?;
        self.file.seek(SeekFrom::Start(stretch.start)).ok()?;
        let payload = Payload {
            shape,
            len,
            element_type,
            place: proto.name(),
        };
        let file = &mut self.file;
        Some(match element_type {
            ElementType::F32 => payload.array(elements::<f32>(file, len)?),
            ElementType::I8 => payload.array(elements::<i8>(file, len)?),
            ElementType::U8 => payload.array(elements::<u8>(file, len)?),
            _ => return None,
        })
    }
}

/// Reads into memory that nobody has written before: each page is touched once.
fn elements<T: Pod>(file: &mut impl Read, len: usize) -> Option<Vec<T>> {
    let mut elements = bytemuck::allocation::try_zeroed_vec(len).ok()?;
    let bytes = bytemuck::cast_slice_mut::<T, u8>(&mut elements);
    file.read_exact(bytes).ok()?;
    if cfg!(target_endian = "big") {
        bytes
            .chunks_exact_mut(size_of::<T>())
            .for_each(<[u8]>::reverse);
    }
    Some(elements)
}

/// The messages that lead to an initializer's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Model,
    Graph,
    Initializer,
}

/// Wire types of protobuf.
const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LEN: u64 = 2;
const FIXED_32: u64 = 5;

const fn key(field: u64, wire_type: u64) -> u64 {
    field << 3 | wire_type
}

const GRAPH: u64 = key(7, LEN);
const INITIALIZER: u64 = key(5, LEN);
const RAW_DATA: u64 = key(9, LEN);

struct Scan {
    file: BufReader<File>,
    at: u64,
    n_initializers: usize,
    left_out: BTreeMap<usize, Stretch>,
}

impl Scan {
    /// Copies a message of `len` bytes to `outline`.
    fn message(&mut self, kind: Kind, len: u64, outline: &mut Vec<u8>) -> Option<()> {
        let end = self.at.checked_add(len)?;
        while self.at < end {
            let key = self.varint()?;
            put_varint(key, outline);
            let len = match key & 7 {
                VARINT => {
                    put_varint(self.varint()?, outline);
                    continue;
                }
                FIXED_64 => 8,
                FIXED_32 => 4,
                LEN => self.varint()?,
                _ => return None,
            };
            if len > end.checked_sub(self.at)? {
                return None;
            }
            let child = match (kind, key) {
                (Kind::Model, GRAPH) => Some(Kind::Graph),
                (Kind::Graph, INITIALIZER) => Some(Kind::Initializer),
                _ => None,
            };
            if let Some(child) = child {
                let mut inner = Vec::new();
                self.message(child, len, &mut inner)?;
                put_varint(inner.len() as u64, outline);
                outline.append(&mut inner);
                self.n_initializers += usize::from(child == Kind::Initializer);
            } else if (kind, key) == (Kind::Initializer, RAW_DATA) && len >= LARGE {
                let start = self.at;
                self.left_out
                    .insert(self.n_initializers, Stretch { start, len });
                self.file.seek_relative(i64::try_from(len).ok()?).ok()?;
                self.at += len;
                put_varint(0, outline);
            } else {
                if key & 7 == LEN {
                    put_varint(len, outline);
                }
                self.copy(len, outline)?;
            }
        }
        (self.at == end).then_some(())
    }

    fn copy(&mut self, len: u64, outline: &mut Vec<u8>) -> Option<()> {
        let copied = self.file.by_ref().take(len).read_to_end(outline).ok()?;
        self.at += len;
        (copied as u64 == len).then_some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        // Ten bytes of seven bits hold any 64-bit number.
        for index in 0..10 {
            let mut byte = [0];
            self.file.read_exact(&mut byte).ok()?;
            self.at += 1;
            value |= u64::from(byte[0] & 0x7f) << (7 * index);
            if byte[0] < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

fn put_varint(mut value: u64, to: &mut Vec<u8>) {
    while value >= 0x80 {
        to.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    to.push(value.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use emo_tensor::ElementType;
    use ndarray::ArrayD;
    use tempfile::TempDir;

    use super::{LARGE, Outline};
    use crate::{GraphBuilder, Model, OnnxError};

    fn of<T: Clone>(shape: &[usize], element: impl Fn(usize) -> T) -> ArrayD<T> {
        let elements = (0..shape.iter().product()).map(element).collect();
        ArrayD::from_shape_vec(shape, elements).unwrap()
    }

    /// A model with a large initializer of each type that is left out, and a small one.
    fn model() -> Model {
        let len = usize::try_from(LARGE).unwrap();
        let mut graph = GraphBuilder::new("g");
        let x = graph.input("x", ElementType::F32, &[1, 4]);
        graph.initializer("floats", of(&[4, len / 16], |i| i as f32 / 3.0));
        graph.initializer("integers", of(&[len, 1], |i| i as i8));
        graph.initializer("bytes", of(&[len + 1], |i| i as u8));
        graph.initializer("doubles", of(&[9], |i| i as f64));
        graph.initializer("small", of(&[4], |i| i as f32));
        let y = graph.node("y", "Add", &[&x, "small"], []);
        graph.output_of(&y);
        graph.build(17).unwrap()
    }

    fn read_both(bytes: &[u8]) -> [Result<Model, OnnxError>; 2] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("m.onnx");
        fs::write(&path, bytes).unwrap();
        [Model::read(&path), Model::from_bytes(bytes)]
    }

    #[test]
    fn a_model_is_the_same_in_parts_and_whole() {
        let bytes = model().to_bytes();
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("m.onnx");
        fs::write(&path, &bytes).unwrap();
        let outline = Outline::read(&path).unwrap();
        assert_eq!(outline.left_out.len(), 3);
        assert!(outline.bytes.len() < bytes.len() / 4);
        let [read, whole] = read_both(&bytes).map(Result::unwrap);
        assert_eq!(read, whole);
        assert_eq!(read.to_bytes(), bytes);
    }

    /// Files that are cut off, and such with a byte changed, are what they are as a whole.
    #[test]
    fn a_fault_is_told_as_of_the_whole_file() {
        let bytes = model().to_bytes();
        let step = bytes.len() / 19;
        for at in (1..bytes.len())
            .step_by(step)
            .chain([1, 2, 3, 5, 8, 13, 21, 34])
        {
            let cut = bytes[..at].to_vec();
            let mut changed = bytes.clone();
            changed[at] ^= 0x15;
            for bytes in [cut, changed] {
                match read_both(&bytes) {
                    [Ok(read), Ok(whole)] => assert_eq!(read.to_bytes(), whole.to_bytes()),
                    [Err(OnnxError::InFile { source, .. }), Err(whole)] => {
                        assert_eq!(source.to_string(), whole.to_string());
                    }
                    [read, whole] => panic!("{read:?}, whole {whole:?}"),
                }
            }
        }
    }

    #[test]
    fn other_types_are_read_with_the_whole_file() {
        let mut graph = GraphBuilder::new("g");
        let len = usize::try_from(LARGE).unwrap();
        graph.initializer("doubles", of(&[len], |i| i as f64));
        graph.output_of("doubles");
        let model = graph.build(17).unwrap();
        let [read, whole] = read_both(&model.to_bytes()).map(Result::unwrap);
        assert_eq!(read, model);
        assert_eq!(whole, model);
    }

    #[test]
    fn the_last_of_several_fields_counts() {
        // A second graph is merged with the first; here it holds an initializer that has its raw bytes twice.
        let raw: Vec<u8> = (0..usize::try_from(LARGE).unwrap())
            .map(|i| i as i8 as u8)
            .collect();
        let mut twice = model().to_bytes();
        let field = |number: u8, payload: &[u8]| {
            let mut field = vec![number << 3 | 2];
            super::put_varint(payload.len() as u64, &mut field);
            field.extend_from_slice(payload);
            field
        };
        let len = raw.len();
        let mut tensor = vec![0x08];
        super::put_varint(len as u64, &mut tensor);
        tensor.extend([0x10, 3]);
        tensor.extend(field(9, &raw[1..]));
        tensor.extend(field(8, b"more"));
        tensor.extend(field(9, &raw));
        twice.extend(field(7, &field(5, &tensor)));
        let [read, whole] = read_both(&twice).map(Result::unwrap);
        assert_eq!(read, whole);
        let more = read.graph().initializers()["more"]
            .as_array::<i8>()
            .unwrap();
        assert_eq!(more[len - 1], (len - 1) as i8);
    }
}

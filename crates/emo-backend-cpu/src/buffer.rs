use std::{fmt::Debug, ops::Range};

use emo_backend::emo_tensor::{
    ElementType, Tensor, TensorView, TensorViewMut, for_each_element_type,
};

/// A Rust type that the kernels can hold in a [`Buffer`].
pub(crate) trait Scalar: Copy + Default + PartialEq + Debug + Send + Sync + 'static {
    const TYPE: ElementType;
    fn slice(slice: Slice<'_>) -> Option<&[Self]>;
    fn slice_mut(slice: SliceMut<'_>) -> Option<&mut [Self]>;
    fn buffer(elements: Vec<Self>) -> Buffer;
    /// All elements of a buffer of this type.
    fn elements(buffer: &Buffer) -> Option<&[Self]>;
}

/// Bytes of a line of the cache: no vector that starts at a multiple of its own size crosses one.
pub(crate) const LINE_LEN: usize = 64;

/// Bytes that a core's own cache holds: of more, every run waits for memory that cores share, in whatever order it
/// reads them.
pub(crate) const CORE_CACHE_LEN: usize = 2 << 20;

/// A session's memory for values of one type, which starts a line of the cache.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Never grows, so that its elements stay where they are.
    buffer: Buffer,
    start: usize,
}

impl Slot {
    /// Zeros, or `None` for an element type that this crate does not know.
    pub(crate) fn zeros(element_type: ElementType, len: usize) -> Option<Self> {
        let spare = LINE_LEN / element_type.size().max(1) - 1;
        let buffer = Buffer::zeros(element_type, len.saturating_add(spare))?;
        let start = buffer.first_aligned().min(spare);
        Some(Self { buffer, start })
    }

    /// What holds the first `len` elements, and where.
    #[inline]
    pub(crate) fn find(&self, len: usize) -> (&Buffer, Range<usize>) {
        (&self.buffer, self.start..self.start + len)
    }

    /// The first `len` elements.
    #[inline]
    pub(crate) fn slice_mut(&mut self, len: usize) -> SliceMut<'_> {
        self.buffer.part_mut(self.start..self.start + len)
    }
}

macro_rules! buffers {
    ($($variant:ident: $rust:ty, $name:literal;)+) => {
        /// Elements in row-major order, owned.
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) enum Buffer { $($variant(Vec<$rust>),)+ }

        /// Elements in row-major order, borrowed.
        #[derive(Debug, Clone, Copy)]
        pub(crate) enum Slice<'a> { $($variant(&'a [$rust]),)+ }

        /// Elements in row-major order, borrowed to be written.
        #[derive(Debug)]
        pub(crate) enum SliceMut<'a> { $($variant(&'a mut [$rust]),)+ }

        impl Buffer {
            /// Zeros, or `None` for an element type that this crate does not know.
            pub(crate) fn zeros(element_type: ElementType, len: usize) -> Option<Self> {
                match element_type {
                    $(ElementType::$variant => Some(Self::$variant(vec![<$rust>::default(); len])),)+
                    _ => None,
                }
            }

            /// A copy of the tensor's elements, or `None` for an element type that this crate does not know.
            pub(crate) fn from_tensor(tensor: &Tensor) -> Option<Self> {
                match tensor {
                    $(Tensor::$variant(array) => Some(Self::$variant(array.iter().copied().collect())),)+
                    _ => None,
                }
            }

            pub(crate) fn len(&self) -> usize {
                match self { $(Self::$variant(elements) => elements.len(),)+ }
            }

            pub(crate) fn bytes(&self) -> usize {
                self.len() * self.element_type().size()
            }

            pub(crate) fn element_type(&self) -> ElementType {
                match self { $(Self::$variant(_) => ElementType::$variant,)+ }
            }

            /// The first element that starts a line of the cache, or any.
            fn first_aligned(&self) -> usize {
                match self { $(Self::$variant(elements) => {
                    let first = elements.as_ptr().align_offset(LINE_LEN);
                    if first < elements.len() { first } else { 0 }
                })+ }
            }

            #[inline]
            pub(crate) fn part(&self, range: Range<usize>) -> Slice<'_> {
                match self { $(Self::$variant(elements) => Slice::$variant(&elements[range]),)+ }
            }

            #[inline]
            fn part_mut(&mut self, range: Range<usize>) -> SliceMut<'_> {
                match self { $(Self::$variant(elements) => SliceMut::$variant(&mut elements[range]),)+ }
            }

            /// The first `len` elements.
            #[inline]
            pub(crate) fn slice(&self, len: usize) -> Slice<'_> {
                match self { $(Self::$variant(elements) => Slice::$variant(&elements[..len]),)+ }
            }

            /// The first `len` elements.
            #[inline(always)]
            pub(crate) fn slice_mut(&mut self, len: usize) -> SliceMut<'_> {
                match self { $(Self::$variant(elements) => SliceMut::$variant(&mut elements[..len]),)+ }
            }
        }

        impl SliceMut<'_> {
            /// Where the elements stand, and how many there are.
            pub(crate) fn into_raw(self) -> (*mut u8, usize) {
                match self { $(Self::$variant(elements) => (elements.as_mut_ptr().cast(), elements.len()),)+ }
            }

            pub(crate) fn len(&self) -> usize {
                match self { $(Self::$variant(elements) => elements.len(),)+ }
            }

            pub(crate) fn reborrow(&mut self) -> SliceMut<'_> {
                match self { $(Self::$variant(elements) => SliceMut::$variant(elements),)+ }
            }

            pub(crate) fn part_mut(&mut self, range: Range<usize>) -> SliceMut<'_> {
                match self { $(Self::$variant(elements) => SliceMut::$variant(&mut elements[range]),)+ }
            }

            pub(crate) fn element_type(&self) -> ElementType {
                match self { $(Self::$variant(_) => ElementType::$variant,)+ }
            }
        }

        #[cfg(feature = "threads")]
        impl SliceMut<'_> {
            /// The first `len` elements and the others.
            pub(crate) fn split_at(self, len: usize) -> (Self, Self) {
                match self { $(Self::$variant(elements) => {
                    let (first, others) = elements.split_at_mut(len);
                    (Self::$variant(first), Self::$variant(others))
                })+ }
            }
        }

        impl Slice<'_> {
            /// Where the elements stand, and how many there are.
            pub(crate) fn raw(&self) -> (*const u8, usize) {
                match self { $(Self::$variant(elements) => (elements.as_ptr().cast(), elements.len()),)+ }
            }

            pub(crate) fn element_type(&self) -> ElementType {
                match self { $(Self::$variant(_) => ElementType::$variant,)+ }
            }

            pub(crate) fn bytes(self) -> usize {
                match self { $(Self::$variant(elements) => size_of_val(elements),)+ }
            }

            pub(crate) fn to_buffer(self) -> Buffer {
                match self { $(Self::$variant(elements) => Buffer::$variant(elements.to_vec()),)+ }
            }
        }

        impl<'a> Slice<'a> {
            pub(crate) fn part(self, range: Range<usize>) -> Self {
                match self { $(Self::$variant(elements) => Self::$variant(&elements[range]),)+ }
            }

            /// The tensor's elements, if they are in row-major order and of a type that this crate knows.
            pub(crate) fn from_tensor(tensor: &'a Tensor) -> Option<Self> {
                match tensor {
                    $(Tensor::$variant(array) => array.as_slice().map(Slice::$variant),)+
                    _ => None,
                }
            }
        }

        $(impl Scalar for $rust {
            const TYPE: ElementType = ElementType::$variant;

            fn slice(slice: Slice<'_>) -> Option<&[Self]> {
                match slice { Slice::$variant(elements) => Some(elements), _ => None }
            }

            fn slice_mut(slice: SliceMut<'_>) -> Option<&mut [Self]> {
                match slice { SliceMut::$variant(elements) => Some(elements), _ => None }
            }

            fn buffer(elements: Vec<Self>) -> Buffer {
                Buffer::$variant(elements)
            }

            fn elements(buffer: &Buffer) -> Option<&[Self]> {
                match buffer { Buffer::$variant(elements) => Some(elements), _ => None }
            }
        })+

        /// Copies a caller's tensor into a session's buffer of the same type and at least its length.
        pub(crate) fn copy_in(tensor: &TensorView<'_>, target: SliceMut<'_>) {
            match (tensor, target) {
                $((TensorView::$variant(array), SliceMut::$variant(elements)) => match array.as_slice() {
                    Some(source) => elements[..source.len()].copy_from_slice(source),
                    None => elements.iter_mut().zip(array).for_each(|(to, &from)| *to = from),
                },)+
                _ => unreachable!("the caller's tensors are checked first"),
            }
        }

        /// Copies a session's values into a caller's tensor of the same type and length.
        pub(crate) fn copy_out(values: Slice<'_>, tensor: &mut TensorViewMut<'_>) {
            match (values, tensor) {
                $((Slice::$variant(elements), TensorViewMut::$variant(array)) => {
                    match array.as_slice_mut() {
                        Some(target) => target.copy_from_slice(elements),
                        None => array.iter_mut().zip(elements).for_each(|(to, &from)| *to = from),
                    }
                })+
                _ => unreachable!("the caller's tensors are checked first"),
            }
        }

        /// Runs `$body` with `$t` standing for the Rust type of `$element_type`, or `$otherwise`.
        macro_rules! with_scalar {
            ($element_type:expr, $t:ident => $body:expr, else $otherwise:expr) => {
                match $element_type {
                    $(emo_backend::emo_tensor::ElementType::$variant => { type $t = $rust; $body })+
                    _ => $otherwise,
                }
            };
        }
    };
}

for_each_element_type!(buffers);

impl Buffer {
    /// The tensor's elements; those of real numbers, of which weights are made, are not copied if nothing else lies in
    /// their memory. `None` for an element type that this crate does not know.
    pub(crate) fn from_owned(tensor: Tensor) -> Option<Self> {
        match tensor {
            Tensor::F32(array) if array.is_standard_layout() => {
                let len = array.len();
                let (mut elements, offset) = array.into_raw_vec_and_offset();
                elements.drain(..offset.unwrap_or(0));
                elements.truncate(len);
                Some(Self::F32(elements))
            }
            tensor => Self::from_tensor(&tensor),
        }
    }
}

#[expect(
    clippy::single_component_path_imports,
    reason = "paths can name a macro only once it is imported"
)]
pub(crate) use with_scalar;

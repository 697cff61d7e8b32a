//! Loops compiled again, for vectors of 32 and of 64 bytes.

/// Functions whose bodies are compiled for AVX2 and AVX-512 as well; the widest that the machine has runs.
///
/// The compiler fuses no product with a sum unasked, so all forms give the same results to the last bit. What a
/// body calls must be inlined into it. Type parameters stand in brackets.
macro_rules! vectorised {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident $([$($generic:ident: $bound:path),+])? (
            $($argument:ident: $type:ty),* $(,)?
        ) $(-> $result:ty)? $body:block
    )+) => { $(
        $(#[$attribute])*
        $visibility fn $name $(<$($generic: $bound),+>)? (
            $($argument: $type),*
        ) $(-> $result)? {
            #[inline(always)]
            fn narrow $(<$($generic: $bound),+>)? ($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
            fn widest $(<$($generic: $bound),+>)? ($($argument: $type),*) $(-> $result)? {
                narrow($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn wide $(<$($generic: $bound),+>)? ($($argument: $type),*) $(-> $result)? {
                narrow($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            if $crate::vectors::has_avx512() {
                #[expect(unsafe_code, reason = "a function compiled for more than the build's target")]
                // SAFETY: the instructions were detected.
                return unsafe { widest($($argument),*) };
            }
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                #[expect(unsafe_code, reason = "a function compiled for more than the build's target")]
                // SAFETY: the instructions were detected.
                return unsafe { wide($($argument),*) };
            }
            narrow($($argument),*)
        }
    )+ };
}

pub(crate) use vectorised;

/// Whether the machine has AVX-512 with the extensions of all processors since Skylake-X.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
}

/// Values of which the one at `aligned` lies at a multiple of 64 bytes, so that vectors from there on
/// do not lie across two lines of the cache.
#[derive(Debug)]
pub(crate) struct Row {
    values: Vec<f64>,
    start: usize,
    len: usize,
}

impl Row {
    pub(crate) fn new(len: usize, aligned: usize) -> Self {
        const LINE: usize = 64 / size_of::<f64>();
        let values = vec![0.0; len + LINE];
        let start = values[aligned % LINE..].as_ptr().align_offset(64);
        Self {
            start: start.min(LINE),
            values,
            len,
        }
    }
}

impl std::ops::Deref for Row {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.values[self.start..][..self.len]
    }
}

impl std::ops::DerefMut for Row {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.values[self.start..][..self.len]
    }
}

//! Loops compiled a second time, for vectors of 32 bytes.

/// Functions whose bodies are compiled for AVX2 as well, which runs where the machine has it.
///
/// AVX2 brings no fused multiplication, so both forms give the same results to the last bit. What a
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

#![expect(
    unsafe_code,
    reason = "instructions are called on the word of a value that exists only where they do"
)]

use std::arch::x86_64::*;

use super::{Simd, Vectorize};

/// Four rows of two registers: the 8 sums that hide the latency of two additions per cycle, and registers for
/// operands, none of which has to be spilled.
pub(super) const AVX2_NR: usize = 16;
/// As for AVX2.
pub(super) const AVX512_NR: usize = 32;

/// AVX2 with FMA.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx2(());

/// AVX-512 with the extensions that every CPU since Skylake-X has (F, BW, DQ, VL).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512(());

/// [`Avx512`] with the dot products of bytes of AVX-512-VNNI.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512Vnni(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(()))
    }
}

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        (Avx2::detect().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl"))
        .then_some(Self(()))
    }
}

impl Avx512Vnni {
    pub(super) fn detect() -> Option<Self> {
        (Avx512::detect().is_some() && is_x86_feature_detected!("avx512vnni")).then_some(Self(()))
    }

    pub(super) fn without_vnni(self) -> Avx512 {
        let Self(()) = self;
        Avx512(())
    }
}

#[target_feature(enable = "avx2,fma")]
pub(super) fn run_avx2(simd: Avx2, job: impl Vectorize) {
    job.run::<_, AVX2_NR>(simd);
}

#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]
pub(super) fn run_avx512(simd: Avx512, job: impl Vectorize) {
    job.run::<_, AVX512_NR>(simd);
}

#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(super) fn run_avx512_vnni(simd: Avx512Vnni, job: impl Vectorize) {
    job.run::<_, AVX512_NR>(simd);
}

/// The first `n` of eight lanes.
#[inline(always)]
unsafe fn first_of_8(n: usize) -> __m256i {
    const MASKS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    debug_assert!(n <= 8);
    // SAFETY: `n ≤ 8`, so that eight masks follow; the caller has AVX.
    unsafe { _mm256_loadu_si256(MASKS.as_ptr().add(8 - n).cast()) }
}

impl Simd for Avx2 {
    type F32 = __m256;
    type I32 = __m256i;

    const LANES: usize = 8;
    const REGISTERS: usize = 16;
    const FUSES: bool = true;

    #[inline(always)]
    fn call(self, job: impl Vectorize) {
        // SAFETY: `self` exists only where the instructions do.
        unsafe { run_avx2(self, job) }
    }

    #[inline(always)]
    fn mul_add_one(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }

    instructions! {
        splat(x: f32) -> __m256 { _mm256_set1_ps(x) }
        mul_add(a: __m256, b: __m256, c: __m256) -> __m256 { _mm256_fmadd_ps(a, b, c) }
        add(a: __m256, b: __m256) -> __m256 { _mm256_add_ps(a, b) }
        sub(a: __m256, b: __m256) -> __m256 { _mm256_sub_ps(a, b) }
        mul(a: __m256, b: __m256) -> __m256 { _mm256_mul_ps(a, b) }
        div(a: __m256, b: __m256) -> __m256 { _mm256_div_ps(a, b) }
        max(a: __m256, b: __m256) -> __m256 { _mm256_max_ps(a, b) }
        min(a: __m256, b: __m256) -> __m256 { _mm256_min_ps(a, b) }
        select_negative(x: __m256, a: __m256, b: __m256) -> __m256 {
            _mm256_blendv_ps(b, a, _mm256_cmp_ps::<_CMP_LT_OQ>(x, _mm256_setzero_ps()))
        }
        round(x: __m256) -> __m256i { _mm256_cvtps_epi32(x) }
        splat_i32(x: i32) -> __m256i { _mm256_set1_epi32(x) }
        narrow4_u8(x: [__m256i; 4]) -> __m256i {
            _mm256_permutevar8x32_epi32(
                _mm256_packus_epi16(_mm256_packs_epi32(x[0], x[1]), _mm256_packs_epi32(x[2], x[3])),
                _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7),
            )
        }
        narrow4_interleaved_u8(x: [__m256i; 4]) -> __m256i {
            _mm256_packus_epi16(_mm256_packs_epi32(x[0], x[1]), _mm256_packs_epi32(x[2], x[3]))
        }
        interleave4(x: [__m256i; 4]) -> [__m256i; 4] {{
            let low = [_mm256_unpacklo_epi8(x[0], x[1]), _mm256_unpacklo_epi8(x[2], x[3])];
            let high = [_mm256_unpackhi_epi8(x[0], x[1]), _mm256_unpackhi_epi8(x[2], x[3])];
            [
                _mm256_unpacklo_epi16(low[0], low[1]),
                _mm256_unpackhi_epi16(low[0], low[1]),
                _mm256_unpacklo_epi16(high[0], high[1]),
                _mm256_unpackhi_epi16(high[0], high[1]),
            ]
        }}
        transpose_bytes(x: __m256i) -> __m256i {
            _mm256_shuffle_epi8(
                x,
                _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)),
            )
        }
        zip_i32(a: __m256i, b: __m256i) -> [__m256i; 2] {{
            let (low, high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
            [
                _mm256_permute2x128_si256::<0x20>(low, high),
                _mm256_permute2x128_si256::<0x31>(low, high),
            ]
        }}
        add_i32(a: __m256i, b: __m256i) -> __m256i { _mm256_add_epi32(a, b) }
        max_i32(a: __m256i, b: __m256i) -> __m256i { _mm256_max_epi32(a, b) }
        min_i32(a: __m256i, b: __m256i) -> __m256i { _mm256_min_epi32(a, b) }
        xor(a: __m256i, b: __m256i) -> __m256i { _mm256_xor_si256(a, b) }
        max_u8(a: __m256i, b: __m256i) -> __m256i { _mm256_max_epu8(a, b) }
        to_f32(x: __m256i) -> __m256 { _mm256_cvtepi32_ps(x) }
        scale_by_power(x: __m256, n: __m256i) -> __m256 {
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x), _mm256_slli_epi32::<23>(n)))
        }
        dot4(sum: __m256i, unsigned: __m256i, signed: __m256i) -> __m256i {{
            // Pairs of products of 16 bits: with two saturating ones at once, sums of bytes would not be exact.
            let even = _mm256_madd_epi16(
                _mm256_and_si256(unsigned, _mm256_set1_epi16(0xFF)),
                _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(signed)),
            );
            let odd = _mm256_madd_epi16(
                _mm256_srli_epi16::<8>(unsigned),
                _mm256_srai_epi16::<8>(signed),
            );
            _mm256_add_epi32(sum, _mm256_add_epi32(even, odd))
        }}
    }

    memory_instructions! {
        load(from: *const f32) -> __m256 { _mm256_loadu_ps(from) }
        store(x: __m256, to: *mut f32) { _mm256_storeu_ps(to, x) }
        load_first(from: *const f32, n: usize) -> __m256 { _mm256_maskload_ps(from, first_of_8(n)) }
        store_first(x: __m256, to: *mut f32, n: usize) { _mm256_maskstore_ps(to, first_of_8(n), x) }
        load_bytes(from: *const u8) -> __m256i { _mm256_loadu_si256(from.cast()) }
        store_bytes(x: __m256i, to: *mut u8) { _mm256_storeu_si256(to.cast(), x) }
        load_windows(from: *const u8) -> __m256i {{
            let bytes = _mm_loadu_si128(from.cast());
            _mm256_shuffle_epi8(
                _mm256_broadcastsi128_si256(bytes),
                _mm256_setr_epi8(
                    0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6,
                    4, 5, 6, 7, 5, 6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10,
                ),
            )
        }}
        widen_u8(from: *const u8) -> __m256i { _mm256_cvtepu8_epi32(_mm_loadl_epi64(from.cast())) }
        narrow_u8(x: __m256i, to: *mut u8) {{
            // With sign: the next instruction takes its operand for signed.
            let words = _mm256_packs_epi32(x, x);
            let bytes = _mm256_packus_epi16(words, words);
            let low = _mm256_castsi256_si128(bytes);
            let high = _mm256_extracti128_si256::<1>(bytes);
            _mm_storel_epi64(to.cast(), _mm_unpacklo_epi32(low, high));
        }}
    }
}

/// What the two sets of AVX-512 have alike.
macro_rules! avx512 {
    ($type:ty, $run:ident { $($dot4:tt)+ }) => {
        impl Simd for $type {
            type F32 = __m512;
            type I32 = __m512i;

            const LANES: usize = 16;
            const REGISTERS: usize = 32;
            const FUSES: bool = true;

            #[inline(always)]
            fn call(self, job: impl Vectorize) {
                // SAFETY: `self` exists only where the instructions do.
                unsafe { $run(self, job) }
            }

            #[inline(always)]
            fn mul_add_one(a: f32, b: f32, c: f32) -> f32 {
                a.mul_add(b, c)
            }

            instructions! {
                splat(x: f32) -> __m512 { _mm512_set1_ps(x) }
                mul_add(a: __m512, b: __m512, c: __m512) -> __m512 { _mm512_fmadd_ps(a, b, c) }
                add(a: __m512, b: __m512) -> __m512 { _mm512_add_ps(a, b) }
                sub(a: __m512, b: __m512) -> __m512 { _mm512_sub_ps(a, b) }
                mul(a: __m512, b: __m512) -> __m512 { _mm512_mul_ps(a, b) }
                div(a: __m512, b: __m512) -> __m512 { _mm512_div_ps(a, b) }
                max(a: __m512, b: __m512) -> __m512 { _mm512_max_ps(a, b) }
                min(a: __m512, b: __m512) -> __m512 { _mm512_min_ps(a, b) }
                select_negative(x: __m512, a: __m512, b: __m512) -> __m512 {
                    _mm512_mask_mov_ps(b, _mm512_cmp_ps_mask::<_CMP_LT_OQ>(x, _mm512_setzero_ps()), a)
                }
                round(x: __m512) -> __m512i { _mm512_cvtps_epi32(x) }
                splat_i32(x: i32) -> __m512i { _mm512_set1_epi32(x) }
                narrow4_u8(x: [__m512i; 4]) -> __m512i {
                    _mm512_permutexvar_epi32(
                        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
                        _mm512_packus_epi16(_mm512_packs_epi32(x[0], x[1]), _mm512_packs_epi32(x[2], x[3])),
                    )
                }
                narrow4_interleaved_u8(x: [__m512i; 4]) -> __m512i {
                    _mm512_packus_epi16(_mm512_packs_epi32(x[0], x[1]), _mm512_packs_epi32(x[2], x[3]))
                }
                interleave4(x: [__m512i; 4]) -> [__m512i; 4] {{
                    let low = [_mm512_unpacklo_epi8(x[0], x[1]), _mm512_unpacklo_epi8(x[2], x[3])];
                    let high = [_mm512_unpackhi_epi8(x[0], x[1]), _mm512_unpackhi_epi8(x[2], x[3])];
                    [
                        _mm512_unpacklo_epi16(low[0], low[1]),
                        _mm512_unpackhi_epi16(low[0], low[1]),
                        _mm512_unpacklo_epi16(high[0], high[1]),
                        _mm512_unpackhi_epi16(high[0], high[1]),
                    ]
                }}
                transpose_bytes(x: __m512i) -> __m512i {
                    _mm512_shuffle_epi8(
                        x,
                        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)),
                    )
                }
                zip_i32(a: __m512i, b: __m512i) -> [__m512i; 2] {{
                    let first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
                    let second = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
                    [_mm512_permutex2var_epi32(a, first, b), _mm512_permutex2var_epi32(a, second, b)]
                }}
                add_i32(a: __m512i, b: __m512i) -> __m512i { _mm512_add_epi32(a, b) }
                        max_i32(a: __m512i, b: __m512i) -> __m512i { _mm512_max_epi32(a, b) }
                min_i32(a: __m512i, b: __m512i) -> __m512i { _mm512_min_epi32(a, b) }
                xor(a: __m512i, b: __m512i) -> __m512i { _mm512_xor_si512(a, b) }
                max_u8(a: __m512i, b: __m512i) -> __m512i { _mm512_max_epu8(a, b) }
                to_f32(x: __m512i) -> __m512 { _mm512_cvtepi32_ps(x) }
                scale_by_power(x: __m512, n: __m512i) -> __m512 {
                    _mm512_castsi512_ps(_mm512_add_epi32(
                        _mm512_castps_si512(x),
                        _mm512_slli_epi32::<23>(n),
                    ))
                }
                $($dot4)+
            }

            memory_instructions! {
                load(from: *const f32) -> __m512 { _mm512_loadu_ps(from) }
                store(x: __m512, to: *mut f32) { _mm512_storeu_ps(to, x) }
                load_first(from: *const f32, n: usize) -> __m512 {
                    _mm512_maskz_loadu_ps(((1_u32 << n) - 1) as u16, from)
                }
                store_first(x: __m512, to: *mut f32, n: usize) {
                    _mm512_mask_storeu_ps(to, ((1_u32 << n) - 1) as u16, x)
                }
                load_bytes(from: *const u8) -> __m512i { _mm512_loadu_si512(from.cast()) }
                store_bytes(x: __m512i, to: *mut u8) { _mm512_storeu_si512(to.cast(), x) }
                load_windows(from: *const u8) -> __m512i {{
                    // Each 128 bits hold the eight bytes from their first lane's on.
                    let bytes = _mm512_permutexvar_epi32(
                        _mm512_setr_epi32(0, 1, 0, 0, 1, 2, 0, 0, 2, 3, 0, 0, 3, 4, 0, 0),
                        _mm512_castsi256_si512(_mm256_loadu_si256(from.cast())),
                    );
                    _mm512_shuffle_epi8(
                        bytes,
                        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6)),
                    )
                }}
                widen_u8(from: *const u8) -> __m512i { _mm512_cvtepu8_epi32(_mm_loadu_si128(from.cast())) }
                narrow_u8(x: __m512i, to: *mut u8) {
                    _mm_storeu_si128(
                        to.cast(),
                        // The instruction takes its operand for unsigned.
                        _mm512_cvtusepi32_epi8(_mm512_max_epi32(x, _mm512_setzero_si512())),
                    )
                }
            }
        }
    };
}

avx512! { Avx512, run_avx512 {
    dot4(sum: __m512i, unsigned: __m512i, signed: __m512i) -> __m512i {{
        let even = _mm512_madd_epi16(
            _mm512_and_si512(unsigned, _mm512_set1_epi16(0xFF)),
            _mm512_srai_epi16::<8>(_mm512_slli_epi16::<8>(signed)),
        );
        let odd = _mm512_madd_epi16(
            _mm512_srli_epi16::<8>(unsigned),
            _mm512_srai_epi16::<8>(signed),
        );
        _mm512_add_epi32(sum, _mm512_add_epi32(even, odd))
    }}
} }

avx512! { Avx512Vnni, run_avx512_vnni {
    dot4(sum: __m512i, unsigned: __m512i, signed: __m512i) -> __m512i {
        _mm512_dpbusd_epi32(sum, unsigned, signed)
    }
} }

use super::{Simd, Vectorize};

/// Four rows fill 8 of SSE2's 16 registers.
pub(super) const NR: usize = 8;

/// Plain Rust, which the compiler vectorises for the build's target; what the other sets are held to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

const LANES: usize = 4;

#[inline(always)]
fn map2<T: Copy, U: Copy + Default>(
    a: [T; LANES],
    b: [T; LANES],
    f: impl Fn(T, T) -> U,
) -> [U; LANES] {
    let mut result = [U::default(); LANES];
    for ((result, a), b) in result.iter_mut().zip(a).zip(b) {
        *result = f(a, b);
    }
    result
}

#[inline(always)]
fn bytes2(a: [i32; LANES], b: [i32; LANES], f: impl Fn(u8, u8) -> u8) -> [i32; LANES] {
    map2(a, b, |a, b| {
        let (a, b) = (a.to_le_bytes(), b.to_le_bytes());
        i32::from_le_bytes([0, 1, 2, 3].map(|i: usize| f(a[i], b[i])))
    })
}

#[expect(
    unsafe_code,
    reason = "vectors are read and written where kernels have checked that they may be"
)]
impl Simd for Portable {
    type F32 = [f32; LANES];
    type I32 = [i32; LANES];

    const LANES: usize = LANES;
    /// As few as the smallest machines have: tiles of registers are compiled for each number of rows, and a machine
    /// without vectors is not what they are made for.
    const REGISTERS: usize = 8;
    const FUSES: bool = false;

    #[inline(never)]
    fn call(self, job: impl Vectorize) {
        job.run::<_, NR>(self);
    }

    #[inline(always)]
    fn mul_add_one(a: f32, b: f32, c: f32) -> f32 {
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
            a.mul_add(b, c)
        } else {
            a * b + c
        }
    }

    #[inline(always)]
    fn splat(self, x: f32) -> Self::F32 {
        [x; LANES]
    }

    #[inline(always)]
    unsafe fn load(self, from: *const f32) -> Self::F32 {
        // SAFETY: the caller's promise.
        unsafe { from.cast::<Self::F32>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(self, x: Self::F32, to: *mut f32) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<Self::F32>().write_unaligned(x) };
    }

    #[inline(never)]
    unsafe fn load_first(self, from: *const f32, n: usize) -> Self::F32 {
        let mut x = [0.0; LANES];
        // SAFETY: the caller's promise.
        x[..n].copy_from_slice(unsafe { std::slice::from_raw_parts(from, n) });
        x
    }

    #[inline(never)]
    unsafe fn store_first(self, x: Self::F32, to: *mut f32, n: usize) {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(to, n) }.copy_from_slice(&x[..n]);
    }

    #[inline(always)]
    fn mul_add(self, a: Self::F32, b: Self::F32, c: Self::F32) -> Self::F32 {
        let mut result = c;
        for ((c, a), b) in result.iter_mut().zip(a).zip(b) {
            *c = Self::mul_add_one(a, b, *c);
        }
        result
    }

    #[inline(always)]
    fn add(self, a: Self::F32, b: Self::F32) -> Self::F32 {
        map2(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Self::F32, b: Self::F32) -> Self::F32 {
        map2(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Self::F32, b: Self::F32) -> Self::F32 {
        map2(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn div(self, a: Self::F32, b: Self::F32) -> Self::F32 {
        map2(a, b, |a, b| a / b)
    }

    #[inline(always)]
    fn max(self, a: Self::F32, b: Self::F32) -> Self::F32 {
        map2(a, b, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn min(self, a: Self::F32, b: Self::F32) -> Self::F32 {
        map2(a, b, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn select_negative(self, x: Self::F32, a: Self::F32, b: Self::F32) -> Self::F32 {
        let mut result = b;
        for ((b, a), x) in result.iter_mut().zip(a).zip(x) {
            *b = if x < 0.0 { a } else { *b };
        }
        result
    }

    #[inline(never)]
    fn round(self, x: Self::F32) -> Self::I32 {
        // Where numbers of this size have no fraction left; adding it rounds it away, without a function of the
        // platform, which older instructions need.
        const WHOLE: f32 = 8_388_608.0;
        x.map(|x| {
            let rounded = ((x.abs() + WHOLE) - WHOLE).copysign(x);
            (if x.abs() < WHOLE { rounded } else { x }) as i32
        })
    }

    #[inline(always)]
    fn splat_i32(self, x: i32) -> Self::I32 {
        [x; LANES]
    }

    #[inline(always)]
    unsafe fn load_bytes(self, from: *const u8) -> Self::I32 {
        // SAFETY: the caller's promise.
        unsafe { from.cast::<Self::I32>().read_unaligned() }.map(i32::from_le)
    }

    #[inline(always)]
    unsafe fn store_bytes(self, x: Self::I32, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { to.cast::<Self::I32>().write_unaligned(x.map(i32::to_le)) };
    }

    #[inline(never)]
    unsafe fn widen_u8(self, from: *const u8) -> Self::I32 {
        // SAFETY: the caller's promise.
        unsafe { from.cast::<[u8; LANES]>().read() }.map(i32::from)
    }

    #[inline(never)]
    unsafe fn narrow_u8(self, x: Self::I32, to: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            to.cast::<[u8; LANES]>()
                .write(x.map(|x| x.clamp(0, 255) as u8))
        };
    }

    #[inline(never)]
    fn narrow4_u8(self, x: [Self::I32; 4]) -> Self::I32 {
        x.map(|x| i32::from_le_bytes(x.map(|x| x.clamp(0, 255) as u8)))
    }

    #[inline(never)]
    fn interleave4(self, x: [Self::I32; 4]) -> [Self::I32; 4] {
        let x = x.map(|x| x.map(i32::to_le_bytes));
        let mut result = [[0; LANES]; 4];
        for (quarter, result) in result.iter_mut().enumerate() {
            for (i, lane) in result.iter_mut().enumerate() {
                *lane = i32::from_le_bytes(x.map(|x| x[quarter][i]));
            }
        }
        result
    }

    #[inline(always)]
    fn narrow4_interleaved_u8(self, x: [Self::I32; 4]) -> Self::I32 {
        self.narrow4_u8(x)
    }

    #[inline(always)]
    fn transpose_bytes(self, x: Self::I32) -> Self::I32 {
        let rows = x.map(i32::to_le_bytes);
        [0, 1, 2, 3].map(|i| i32::from_le_bytes(rows.map(|row| row[i])))
    }

    #[inline(never)]
    unsafe fn load_windows(self, from: *const u8) -> Self::I32 {
        // SAFETY: the caller's promise.
        let bytes = unsafe { from.cast::<[u8; 2 * LANES]>().read() };
        [0, 1, 2, 3].map(|l: usize| {
            i32::from_le_bytes([bytes[l], bytes[l + 1], bytes[l + 2], bytes[l + 3]])
        })
    }

    #[inline(always)]
    fn zip_i32(self, a: Self::I32, b: Self::I32) -> [Self::I32; 2] {
        [[a[0], b[0], a[1], b[1]], [a[2], b[2], a[3], b[3]]]
    }

    #[inline(always)]
    fn add_i32(self, a: Self::I32, b: Self::I32) -> Self::I32 {
        map2(a, b, i32::wrapping_add)
    }

    #[inline(always)]
    fn max_i32(self, a: Self::I32, b: Self::I32) -> Self::I32 {
        map2(a, b, Ord::max)
    }

    #[inline(always)]
    fn min_i32(self, a: Self::I32, b: Self::I32) -> Self::I32 {
        map2(a, b, Ord::min)
    }

    #[inline(always)]
    fn xor(self, a: Self::I32, b: Self::I32) -> Self::I32 {
        map2(a, b, |a, b| a ^ b)
    }

    #[inline(never)]
    fn max_u8(self, a: Self::I32, b: Self::I32) -> Self::I32 {
        bytes2(a, b, Ord::max)
    }

    #[inline(always)]
    fn to_f32(self, x: Self::I32) -> Self::F32 {
        x.map(|x| x as f32)
    }

    #[inline(never)]
    fn scale_by_power(self, x: Self::F32, n: Self::I32) -> Self::F32 {
        let mut result = x;
        for (x, n) in result.iter_mut().zip(n) {
            *x = f32::from_bits(x.to_bits().wrapping_add((n << 23) as u32));
        }
        result
    }

    #[inline(never)]
    fn dot4(self, sum: Self::I32, unsigned: Self::I32, signed: Self::I32) -> Self::I32 {
        let products = map2(unsigned, signed, |unsigned, signed| {
            let (unsigned, signed) = (unsigned.to_le_bytes(), signed.to_le_bytes());
            (0..4)
                .map(|i| i32::from(unsigned[i]) * i32::from(signed[i] as i8))
                .sum::<i32>()
        });
        self.add_i32(sum, products)
    }
}

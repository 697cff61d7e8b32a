//! Large steps, cut into parts that several threads compute.

use std::{
    fmt,
    ops::Range,
    sync::{Mutex, PoisonError},
};

use crate::{
    buffer::{LINE_LEN, SliceMut},
    kernel::{Inputs, Kernel},
    kernels::team::Team,
};

/// The most threads that a step is cut for.
pub(crate) const MAX_THREADS: usize = 16;

/// Parts for each thread, so that one that comes late or is held up has fewer of them.
const PARTS_PER_THREAD: usize = 4;

const MAX_PARTS: usize = MAX_THREADS * PARTS_PER_THREAD;

/// Steps that take less time are not cut, in nanoseconds: help that sleeps comes too late for them.
const LEAST_STEP: u64 = 40_000;

/// Parts of a step that is cut take no less time, in nanoseconds, where there are more than two.
const LEAST_PART: u64 = 20_000;

/// A kernel whose output is made of units, one behind the other, that can be computed side by side; a unit's bits
/// do not depend on those that are computed together with it.
pub(crate) trait Divide: Sync {
    /// About how long a run takes on one thread with the fastest instructions, in nanoseconds.
    ///
    /// It depends on the shapes alone, so that a model is cut alike on all machines; slower ones gain from the same
    /// cuts, and more.
    fn nanos(&self) -> u64;

    fn units(&self) -> usize;

    /// Where a unit's elements begin in the output; for the number of units, where the last one's end.
    fn start(&self, unit: usize) -> usize;

    /// How many elements of memory units share to read.
    fn shared_len(&self) -> usize {
        0
    }

    /// Writes what units share.
    fn prepare(&self, inputs: &Inputs<'_>, shared: &mut [f32]) {
        let _ = (inputs, shared);
    }

    /// How many elements of scratch memory [`run_units`](Self::run_units) needs.
    fn units_scratch_len(&self) -> usize {
        0
    }

    /// Writes every element of some units, which `output` holds alone.
    fn run_units(
        &self,
        inputs: &Inputs<'_>,
        shared: &[f32],
        units: Range<usize>,
        output: SliceMut<'_>,
        scratch: &mut [f32],
    );
}

/// How a step is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Division {
    pub(crate) parts: usize,
    threads: usize,
}

impl fmt::Display for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.fmt(f)
    }
}

impl Division {
    /// `None` for a step that is better left whole; `len` is that of its output.
    pub(crate) fn of(kernel: &dyn Kernel, len: usize, threads: usize) -> Option<Self> {
        let threads = threads.min(MAX_THREADS);
        let kernel = kernel.divide().filter(|_| threads > 1)?;
        let nanos = kernel.nanos();
        if nanos < LEAST_STEP {
            return None;
        }
        let parts = usize::try_from(nanos / LEAST_PART).unwrap_or(usize::MAX);
        let parts = parts.min(threads * PARTS_PER_THREAD);
        // Equal work for all, where there is enough.
        let parts = match parts > threads {
            true => parts / threads * threads,
            false => parts,
        };
        Self::into_parts(kernel, len, threads, parts)
    }

    /// Into so many parts, or as many as there are units.
    fn into_parts(kernel: &dyn Divide, len: usize, threads: usize, parts: usize) -> Option<Self> {
        let units = kernel.units();
        let parts = parts.min(units);
        // The units of one image are not the output of several.
        (parts > 1 && kernel.start(units) == len).then_some(Self { parts, threads })
    }

    /// How many elements of scratch memory [`run`](Self::run) needs.
    pub(crate) fn scratch_len(self, kernel: &dyn Divide) -> usize {
        let own = lines(kernel.units_scratch_len()).saturating_mul(self.threads);
        lines(kernel.shared_len()).saturating_add(own)
    }

    /// Runs a step with the help of others; `false`, and nothing done, if they help somebody else.
    pub(crate) fn run(
        self,
        kernel: &dyn Divide,
        team: &Team,
        inputs: &Inputs<'_>,
        output: SliceMut<'_>,
        scratch: &mut [f32],
    ) -> bool {
        let shared_len = kernel.shared_len();
        let (shared, scratch) = scratch.split_at_mut(lines(shared_len));
        let shared = &mut shared[..shared_len];
        kernel.prepare(inputs, shared);

        let own_len = lines(kernel.units_scratch_len());
        let mut scratches = scratch.chunks_exact_mut(own_len.max(1));
        let scratches: [Mutex<&mut [f32]>; MAX_THREADS] =
            std::array::from_fn(|_| Mutex::new(scratches.next().unwrap_or(&mut [])));
        let units = kernel.units();
        let units_of = |part: usize| {
            let cut = |part: usize| units * part / self.parts;
            cut(part)..cut(part + 1)
        };
        let mut rest = Some(output);
        let outputs: [Mutex<Option<SliceMut<'_>>>; MAX_PARTS] = std::array::from_fn(|part| {
            if part >= self.parts {
                return Mutex::new(None);
            }
            let units = units_of(part);
            let len = kernel.start(units.end) - kernel.start(units.start);
            let (output, behind) = rest.take().map(|rest| rest.split_at(len)).unzip();
            rest = behind;
            Mutex::new(output)
        });
        let shared = &*shared;
        team.run(self.parts, &|part, thread| {
            // Nobody else locks them, so that none is poisoned and no thread waits.
            let mut scratch = scratches[thread]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let output = outputs[part]
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            if let Some(output) = output {
                kernel.run_units(inputs, shared, units_of(part), output, &mut scratch);
            }
        })
    }
}

/// Rounded up, so that what follows starts a line of the cache.
fn lines(len: usize) -> usize {
    len.checked_next_multiple_of(LINE_LEN / size_of::<f32>())
        .unwrap_or(len)
}

#[cfg(test)]
mod tests;

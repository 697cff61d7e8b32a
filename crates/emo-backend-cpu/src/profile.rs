use std::{
    fmt,
    io::{self, Write},
    time::{Duration, Instant},
};

use crate::{
    Plan,
    table::{Align, Table},
};

/// What a [`CpuSession`](crate::CpuSession) records of its runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Profiling {
    /// Nothing.
    #[default]
    Off,
    /// How long each step takes, taken together over all runs.
    Steps,
    /// That, and when each step of the last runs began and ended, for
    /// [`Profile::write_chrome_trace`].
    Trace {
        /// How many runs, at most; there are fewer if they have more than 2²⁰ steps together.
        runs: usize,
    },
}

/// The most points in time that are kept for a trace, 8 MiB.
const MAX_TRACED: usize = 1 << 20;

/// How long the steps of a session's runs took.
///
/// Its display is a table with one line for each step, and two for copying the inputs in and the outputs out. `bytes`
/// are those of a step's operands, constants and output. GFLOP/s count two operations per multiply–accumulate; they
/// and the shares are of the shortest times, which other processes disturb least. A time includes one look at the clock, some 20 to 50 ns: a model's time without recording is
/// shorter than the sum.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Profile {
    /// How many runs were recorded, those that failed not counted.
    pub runs: u64,
    /// Copying the inputs in, the steps in their order, copying the outputs out.
    pub steps: Vec<StepProfile>,
    /// The points in time of each traced run, since recording began: its beginning, then the end of each of `steps`.
    trace: Vec<Vec<Duration>>,
}

/// How long one step of a session's runs took.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StepProfile {
    /// The nodes that the step executes; `inputs` and `outputs` for the copies.
    pub nodes: String,
    /// The kernel's name, and into how many parts it is cut if several threads compute them; `copy` for the copies.
    pub kernel: String,
    /// Element type and shape of what it writes; empty for the copies.
    pub output: String,
    /// Multiply–accumulate operations.
    pub macs: u64,
    /// Bytes of operands, of constants inside the kernel and of the output.
    pub bytes: u64,
    /// The shortest time.
    pub min: Duration,
    /// The sum over all runs.
    pub total: Duration,
}

impl StepProfile {
    /// The mean time of `runs` runs.
    fn mean_ns(&self, runs: u64) -> f64 {
        self.total.as_nanos() as f64 / runs.max(1) as f64
    }

    /// 10⁹ operations per second in the shortest time, two for each multiply–accumulate; 0 without any.
    pub fn gflops(&self) -> f64 {
        match self.min.as_nanos() {
            0 => 0.0,
            ns => 2.0 * self.macs as f64 / ns as f64,
        }
    }
}

impl Profile {
    /// The mean time of a run.
    pub fn mean(&self) -> Duration {
        let total: Duration = self.steps.iter().map(|step| step.total).sum();
        let ns = total.as_nanos() / u128::from(self.runs.max(1));
        Duration::from_nanos(u64::try_from(ns).unwrap_or(u64::MAX))
    }

    /// How many runs [`write_chrome_trace`](Self::write_chrome_trace) writes.
    pub fn traced_runs(&self) -> usize {
        self.trace.len()
    }

    /// Writes the last runs as JSON in the Trace Event Format, which Perfetto and Chrome's `about:tracing` show.
    ///
    /// Without [`Profiling::Trace`] there are no runs in it.
    ///
    /// # Errors
    /// Those of the writer.
    ///
    /// # References
    /// Google, "Trace Event Format", 2016,
    /// <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.
    pub fn write_chrome_trace(&self, writer: &mut impl Write) -> io::Result<()> {
        write!(writer, "{{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")?;
        let mut separator = "\n";
        for times in &self.trace {
            for (step, span) in self.steps.iter().zip(times.windows(2)) {
                let micros = |time: Duration| time.as_nanos() as f64 / 1e3;
                write!(
                    writer,
                    "{separator}{{\"name\":{},\"cat\":{},\"ph\":\"X\",\"pid\":0,\"tid\":0,\"ts\":{:.3},\"dur\":{:.3},\
                     \"args\":{{\"output\":{},\"macs\":{},\"bytes\":{}}}}}",
                    Quoted(&step.nodes),
                    Quoted(&step.kernel),
                    micros(span[0]),
                    micros(span[1].saturating_sub(span[0])),
                    Quoted(&step.output),
                    step.macs,
                    step.bytes,
                )?;
                separator = ",\n";
            }
        }
        writeln!(writer, "\n]}}")
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&[
            ("step", Align::Right),
            ("kernel", Align::Left),
            ("output", Align::Left),
            ("MACs", Align::Right),
            ("bytes", Align::Right),
            ("min µs", Align::Right),
            ("mean µs", Align::Right),
            ("share", Align::Right),
            ("GFLOP/s", Align::Right),
            ("nodes", Align::Left),
        ]);
        let least: Duration = self.steps.iter().map(|step| step.min).sum();
        let copies = [0, self.steps.len().saturating_sub(1)];
        for (index, step) in self.steps.iter().enumerate() {
            let number = match copies.contains(&index) {
                true => String::new(),
                false => (index - 1).to_string(),
            };
            let share = 100.0 * step.min.as_secs_f64() / least.as_secs_f64().max(1e-9);
            let gflops = match step.macs {
                0 => String::new(),
                _ => format!("{:.1}", step.gflops()),
            };
            table.row([
                number,
                step.kernel.clone(),
                step.output.clone(),
                some(step.macs),
                some(step.bytes),
                format!("{:.2}", step.min.as_nanos() as f64 / 1e3),
                format!("{:.2}", step.mean_ns(self.runs) / 1e3),
                format!("{share:.1} %"),
                gflops,
                step.nodes.clone(),
            ]);
        }
        write!(
            f,
            "{table}{} runs, {:.2} µs in the mean, {:.2} µs as the sum of the least",
            self.runs,
            self.mean().as_nanos() as f64 / 1e3,
            least.as_nanos() as f64 / 1e3
        )
    }
}

/// A number, or nothing for none.
fn some(number: u64) -> String {
    match number {
        0 => String::new(),
        number => number.to_string(),
    }
}

/// A JSON string.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                '\0'..='\x1f' => write!(f, "\\u{:04x}", u32::from(character))?,
                character => write!(f, "{character}")?,
            }
        }
        f.write_str("\"")
    }
}

/// The times of a session's runs, while they are recorded.
#[derive(Debug)]
pub(crate) struct Recorder {
    start: Instant,
    runs: u64,
    /// Least time and sum of each step and of the copies, in nanoseconds.
    sums: Vec<(u64, u64)>,
    /// The points in time of the present run, in nanoseconds since `start`.
    current: Vec<u64>,
    /// Those of the last runs, one behind the other; the oldest is overwritten first.
    traced: Vec<u64>,
    max_traced_runs: usize,
}

impl Recorder {
    /// `None` if nothing is to be recorded.
    pub(crate) fn new(profiling: Profiling, plan: &Plan) -> Option<Self> {
        let spans = plan.n_steps() + 2;
        let points = spans + 1;
        let max_traced_runs = match profiling {
            Profiling::Off => return None,
            Profiling::Steps => 0,
            Profiling::Trace { runs } => runs.min(MAX_TRACED / points),
        };
        Some(Self {
            start: Instant::now(),
            runs: 0,
            sums: vec![(u64::MAX, 0); spans],
            current: Vec::with_capacity(points),
            traced: Vec::with_capacity(max_traced_runs * points),
            max_traced_runs,
        })
    }

    /// A run begins.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.current.clear();
        self.mark(now);
    }

    /// The inputs are in, a step is done, or the outputs are out.
    #[inline]
    pub(crate) fn mark(&mut self, now: Instant) {
        let since = now.duration_since(self.start).as_nanos();
        self.current.push(u64::try_from(since).unwrap_or(u64::MAX));
    }

    /// The run is done.
    pub(crate) fn commit(&mut self) {
        for ((min, total), span) in self.sums.iter_mut().zip(self.current.windows(2)) {
            let time = span[1].saturating_sub(span[0]);
            *min = time.min(*min);
            *total = total.saturating_add(time);
        }
        if self.max_traced_runs > 0 {
            let place = (self.runs % self.max_traced_runs as u64) as usize * self.current.len();
            match self.traced.get_mut(place..place + self.current.len()) {
                Some(oldest) => oldest.copy_from_slice(&self.current),
                None => self.traced.extend_from_slice(&self.current),
            }
        }
        self.runs += 1;
    }

    pub(crate) fn profile(&self, plan: &Plan) -> Profile {
        let copy = |nodes: &str| StepProfile {
            nodes: nodes.to_owned(),
            kernel: "copy".to_owned(),
            output: String::new(),
            macs: 0,
            bytes: 0,
            min: Duration::ZERO,
            total: Duration::ZERO,
        };
        let described = plan.steps.iter().map(|step| StepProfile {
            nodes: step.label.clone(),
            kernel: step.kernel_name(),
            output: plan.output_of(step),
            macs: step.kernel.macs(),
            bytes: plan.bytes_of(step) as u64,
            ..copy("")
        });
        let mut steps: Vec<_> = [copy("inputs")]
            .into_iter()
            .chain(described)
            .chain([copy("outputs")])
            .collect();
        if self.runs > 0 {
            for (step, &(min, total)) in steps.iter_mut().zip(&self.sums) {
                step.min = Duration::from_nanos(min);
                step.total = Duration::from_nanos(total);
            }
        }
        let points = self.sums.len() + 1;
        let mut trace: Vec<Vec<Duration>> = self
            .traced
            .chunks_exact(points)
            .map(|times| times.iter().copied().map(Duration::from_nanos).collect())
            .collect();
        if !trace.is_empty() {
            let oldest = (self.runs % trace.len() as u64) as usize;
            trace.rotate_left(oldest);
        }
        Profile {
            runs: self.runs,
            steps,
            trace,
        }
    }
}

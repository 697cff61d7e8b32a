use std::mem;

/// How many spans the driver remembers of each core.
pub(super) const N_SPANS: usize = 128;
/// The cores of an ARIES: in each of two clusters the global one and then four local ones.
pub(super) const N_CORES: usize = 10;
const CORES_PER_CLUSTER: usize = N_CORES / 2;

/// Load is told of this much of the past.
const WINDOW_US: i64 = 1_000_000;

/// A time in which a core computed, in microseconds of the system's monotonic clock; as the driver writes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Span {
    /// 0 in one that was not used yet.
    pub(super) begin_us: i64,
    /// Not after the begin in one that has not ended yet.
    pub(super) end_us: i64,
    pub(super) process: i32,
    pub(super) padding: i32,
}

const _: () = assert!(mem::size_of::<Span>() == 24);

/// The share of the last second in which the local cores computed, their mean: `spans` has [`N_SPANS`] of each of
/// [`N_CORES`], in no particular order within a core.
pub(super) fn utilization(spans: &[Span], now_us: i64) -> f64 {
    let (mut busy, mut observed) = (0, 0);
    for (core, spans) in spans.chunks_exact(N_SPANS).enumerate() {
        let is_global = core % CORES_PER_CLUSTER == 0;
        if !is_global {
            let (core_busy, core_observed) = load(spans, now_us);
            busy += core_busy;
            observed += core_observed;
        }
    }
    if observed == 0 {
        return 0.0;
    }
    busy as f64 / observed as f64
}

/// How long a core computed, and within what time that was observed.
fn load(spans: &[Span], now_us: i64) -> (i64, i64) {
    let mut used: Vec<Span> = spans
        .iter()
        .copied()
        .filter(|span| span.begin_us > 0 && span.begin_us < now_us)
        .collect();
    used.sort_unstable_by_key(|span| span.begin_us);

    let mut start = now_us.saturating_sub(WINDOW_US);
    // When all the driver remembers is younger, nothing is known of the time before.
    if let Some(oldest) = used.first()
        && used.len() == spans.len()
    {
        start = start.max(oldest.begin_us);
    }

    let (mut busy, mut covered) = (0, start);
    for (i, span) in used.iter().enumerate() {
        let is_running = span.end_us <= span.begin_us;
        // A core does one thing at a time: what has begun before another has ended by then.
        let next = used.get(i + 1).map_or(now_us, |next| next.begin_us);
        let end = if is_running { next } else { span.end_us }.min(now_us);
        let begin = span.begin_us.max(covered);
        if end > begin {
            busy += end - begin;
            covered = end;
        }
    }
    (busy, now_us - start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 50_000_000;

    fn span(begin_us: i64, end_us: i64) -> Span {
        Span {
            begin_us,
            end_us,
            process: 1,
            padding: 0,
        }
    }

    fn ring(spans: &[Span]) -> Vec<Span> {
        let mut ring = vec![Span::default(); N_SPANS];
        ring[..spans.len()].copy_from_slice(spans);
        ring
    }

    #[test]
    fn loads_of_one_core() {
        let second_ago = NOW - WINDOW_US;
        struct Case {
            what: &'static str,
            spans: Vec<Span>,
            load: (i64, i64),
        }
        let full: Vec<Span> = (0..N_SPANS as i64)
            .map(|i| span(NOW - 1000 * (i + 1), NOW - 1000 * (i + 1) + 250))
            .collect();
        for Case { what, spans, load } in [
            Case {
                what: "never used",
                spans: vec![],
                load: (0, WINDOW_US),
            },
            Case {
                what: "used long ago",
                spans: vec![span(1000, 2000)],
                load: (0, WINDOW_US),
            },
            Case {
                what: "two spans, the younger first in memory",
                spans: vec![span(NOW - 300, NOW - 100), span(NOW - 900, NOW - 400)],
                load: (700, WINDOW_US),
            },
            Case {
                what: "one that reaches into the second",
                spans: vec![span(second_ago - 500, second_ago + 500)],
                load: (500, WINDOW_US),
            },
            Case {
                what: "one that has not ended",
                spans: vec![span(NOW - 250, 0)],
                load: (250, WINDOW_US),
            },
            Case {
                what: "one that never ended, and another after it",
                spans: vec![span(NOW - 900, 7), span(NOW - 400, NOW - 300)],
                load: (600, WINDOW_US),
            },
            Case {
                what: "a memory full of the last 128 ms",
                spans: full,
                load: (128 * 250, 128 * 1000),
            },
        ] {
            assert_eq!(super::load(&ring(&spans), NOW), load, "{what}");
        }
    }

    #[test]
    fn global_cores_do_not_count() {
        let busy = ring(&[span(NOW - 2 * WINDOW_US, NOW)]);
        let idle = ring(&[]);
        let cores = |is_busy: fn(usize) -> bool| -> Vec<Span> {
            (0..N_CORES)
                .flat_map(|core| if is_busy(core) { &busy } else { &idle }.clone())
                .collect()
        };
        assert_eq!(utilization(&cores(|_| true), NOW), 1.0);
        assert_eq!(utilization(&cores(|core| core % 5 == 0), NOW), 0.0);
        assert_eq!(utilization(&cores(|core| core < 5), NOW), 0.5);
    }

    proptest! {
        /// Against counting each millisecond, on spans of whole ones that do not overlap, in whatever order.
        #[test]
        fn load_is_what_counting_gives(
            gaps in prop::collection::vec((1_i64..9, 1_i64..9), 0..=N_SPANS),
            turn in 0_usize..N_SPANS,
        ) {
            const MS: i64 = 1000;
            let mut at = NOW;
            let spans: Vec<Span> = gaps
                .iter()
                .map(|(idle, busy)| {
                    let end = at - idle * MS;
                    at = end - busy * MS;
                    span(at, end)
                })
                .collect();
            let mut ring = ring(&spans);
            ring.rotate_left(turn);
            let (busy, observed) = load(&ring, NOW);
            let counted = (1..=observed / MS)
                .map(|ms| NOW - ms * MS)
                .filter(|us| spans.iter().any(|span| (span.begin_us..span.end_us).contains(us)))
                .count();
            prop_assert_eq!(busy, counted as i64 * MS);
            let is_full = spans.len() == N_SPANS && at > NOW - WINDOW_US;
            prop_assert_eq!(observed, if is_full { NOW - at } else { WINDOW_US });
        }
    }
}

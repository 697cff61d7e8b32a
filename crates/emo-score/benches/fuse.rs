//! Cost of fusing one sample of four modalities and four classes, with contributions.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use emo_score::{Fused, FusionRule, RuleConfig, RuleName, ScoreTable};

const ROWS: [[f32; 4]; 4] = [
    [0.1, 0.2, 0.3, 0.4],
    [0.7, 0.1, 0.1, 0.1],
    [0.25, 0.25, 0.25, 0.25],
    [0.4, 0.3, 0.2, 0.1],
];

fn table(first: usize) -> ScoreTable {
    let mut table = ScoreTable::new(4);
    for row in 0..ROWS.len() {
        let pushed = table.push(&ROWS[(first + row) % ROWS.len()]);
        pushed.expect("scores that sum to 1");
    }
    table
}

fn fuse(c: &mut Criterion) {
    let config = RuleConfig::new(4, [0.42, 0.78, 0.74, 0.71]);
    let training: Vec<ScoreTable> = (0..4).map(table).collect();
    let mut group = c.benchmark_group("fuse one sample of four modalities");
    for name in RuleName::ALL {
        let rule = name
            .fit(&config, &training, &[0, 1, 2, 3])
            .expect("samples of each class");
        let mut fused = Fused::default();
        let sample = table(0);
        group.bench_function(name.as_str(), |b| {
            b.iter(|| {
                rule.fuse_into(black_box(&sample), &mut fused)
                    .expect("evidence");
                black_box(fused.scores[0])
            });
        });
    }
    group.finish();
}

criterion_group!(benches, fuse);
criterion_main!(benches);

//! Fusing into memory that exists allocates nothing, with any rule.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use emo_score::{
    CalibratedFusion, Calibration, Fused, FusionRule, RuleConfig, RuleName, ScoreTable, Temperature,
};
use emo_testing::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const ROWS: [[f32; 4]; 4] = [
    [0.1, 0.2, 0.3, 0.4],
    [0.7, 0.1, 0.1, 0.1],
    [0.25, 0.25, 0.25, 0.25],
    [0.4, 0.3, 0.2, 0.1],
];

fn fill(table: &mut ScoreTable, first: usize) {
    table.clear();
    for row in 0..ROWS.len() {
        table
            .push_trusted(&ROWS[(first + row) % ROWS.len()], 0.5)
            .unwrap();
    }
}

#[test]
fn fusing_into_memory_that_exists_allocates_nothing() {
    let config = RuleConfig::new(4, [0.42, 0.78, 0.74, 0.71]);
    let mut training = vec![ScoreTable::new(4); 4];
    for (first, table) in training.iter_mut().enumerate() {
        fill(table, first);
    }
    for name in RuleName::ALL {
        let rule = name.fit(&config, &training, &[0, 1, 2, 3]).unwrap();
        let temperature = Calibration::Temperature(Temperature::new(1.5, 1e-6).unwrap());
        let calibrated =
            CalibratedFusion::new(rule.clone(), vec![temperature.clone(); 4], temperature);
        let rules: [&dyn FusionRule; 2] = [&rule, &calibrated];
        for rule in rules {
            let mut table = ScoreTable::new(4);
            let mut fused = Fused::default();
            fill(&mut table, 0);
            rule.fuse_into(&table, &mut fused).unwrap();
            let before = CountingAllocator::count();
            for first in 0..4 {
                fill(&mut table, first);
                rule.fuse_into(&table, &mut fused).unwrap();
            }
            assert_eq!(CountingAllocator::count() - before, 0, "{name}");
        }
    }
}

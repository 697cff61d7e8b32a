//! The laws of fusion, held for every rule that has a name.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::sync::OnceLock;

use emo_score::{
    DempsterShafer, Fused, FusionRule, Geometric, Rule, RuleConfig, RuleName, Scale, ScoreError,
    ScoreTable, WeightedMean, WeightedVote,
};
use proptest::prelude::*;

const N_CLASSES: usize = 4;
const N_MODALITIES: usize = 4;

/// The seed's weights: the accuracies of heart rate, speech, video and EEG.
const WEIGHTS: [f32; N_MODALITIES] = [0.42, 0.78, 0.74, 0.71];

/// Small enough that hardly any score is below it.
const FLOOR: f32 = 1e-6;

/// Those that give back what they are given when there is only one modality.
const POOLS: [RuleName; 10] = [
    RuleName::Mean,
    RuleName::WeightedMean,
    RuleName::Geometric,
    RuleName::Product,
    RuleName::Bayes,
    RuleName::Max,
    RuleName::Min,
    RuleName::Median,
    RuleName::TrimmedMean,
    RuleName::CascadingSpecialists,
];

fn config() -> RuleConfig {
    let mut config = RuleConfig::new(N_CLASSES, WEIGHTS);
    config.prior = Some(vec![0.4, 0.3, 0.2, 0.1]);
    config.floor = FLOOR;
    config
}

/// Every rule, made or fitted on 200 samples of modalities that are right as often as their weights say.
fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        // Marsaglia's xorshift64: all that a seeded sample needs.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut uniform = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 24) as f32
        };
        let (mut tables, mut truth) = (Vec::new(), Vec::new());
        for sample in 0..200 {
            let class = sample % N_CLASSES;
            let mut table = ScoreTable::new(N_CLASSES);
            for weight in WEIGHTS {
                if uniform() < 0.1 {
                    table.push_absent();
                    continue;
                }
                let mut row: Vec<f32> = (0..N_CLASSES).map(|_| 0.05 + uniform()).collect();
                if uniform() < weight {
                    row[class] += 1.0;
                }
                let sum: f32 = row.iter().sum();
                row.iter_mut().for_each(|score| *score /= sum);
                table.push(&row).unwrap();
            }
            tables.push(table);
            truth.push(class);
        }
        RuleName::ALL
            .iter()
            .map(|name| {
                if name.needs_fit() {
                    name.fit(&config(), &tables, &truth).unwrap()
                } else {
                    name.make(&config()).unwrap()
                }
            })
            .collect()
    })
}

/// One modality: its scores, unless it is absent, and its trust.
type Row = (Option<Vec<f32>>, f32);

fn scores() -> impl Strategy<Value = Vec<f32>> {
    let any = prop::collection::vec(0.0_f32..1.0, N_CLASSES).prop_filter_map("all zero", |raw| {
        let sum: f32 = raw.iter().sum();
        (sum > 1e-3).then(|| raw.iter().map(|score| score / sum).collect())
    });
    let certain = (0..N_CLASSES).prop_map(|class| {
        (0..N_CLASSES)
            .map(|c| f32::from(u8::from(c == class)))
            .collect()
    });
    let tied = Just(vec![0.5, 0.25, 0.25, 0.0]);
    prop_oneof![8 => any, 1 => certain, 1 => tied]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    // Whole numbers: proptest 1.12 asserts wrongly, if rarely, on ranges of floats that do not start at 0.
    let trust = prop_oneof![2 => Just(1.0_f32), 1 => (1_u8..20).prop_map(|n| f32::from(n) / 20.0)];
    prop::collection::vec(
        (prop::option::weighted(0.8, scores()), trust),
        N_MODALITIES..=N_MODALITIES,
    )
    .prop_filter("no evidence", |rows| rows.iter().any(|row| row.0.is_some()))
}

fn table(rows: &[Row]) -> ScoreTable {
    let mut table = ScoreTable::new(N_CLASSES);
    for (scores, trust) in rows {
        match scores {
            Some(scores) => table.push_trusted(scores, *trust).unwrap(),
            None => table.push_absent(),
        }
    }
    table
}

fn near(a: &[f32], b: &[f32], tolerance: f32) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance)
}

fn alike(a: &Result<Fused, ScoreError>, b: &Result<Fused, ScoreError>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => near(&a.scores.to_vec(), &b.scores.to_vec(), 1e-5),
        (a, b) => a == b,
    }
}

/// The scores, or `None` where the rule may say that all classes are ruled out.
fn fused(rule: &Rule, table: &ScoreTable) -> Option<Fused> {
    match rule.fuse(table) {
        Ok(fused) => Some(fused),
        Err(ScoreError::Vetoed)
            if matches!(
                rule.rule_name(),
                RuleName::Min | RuleName::Median | RuleName::TrimmedMean
            ) =>
        {
            None
        }
        Err(error) => panic!("{}: {error}", rule.name()),
    }
}

proptest! {
    #[test]
    fn scores_are_not_negative_and_sum_to_one(rows in rows()) {
        for rule in rules() {
            let Some(fused) = fused(rule, &table(&rows)) else { continue };
            prop_assert!(fused.scores.iter().all(|s| s.is_finite() && (0.0..=1.00001).contains(s)));
            prop_assert!((fused.scores.sum() - 1.0).abs() <= 1e-5, "{}", rule.name());
        }
    }

    #[test]
    fn contributions_explain_the_scores(rows in rows()) {
        let table = table(&rows);
        for rule in rules() {
            let Some(fused) = fused(rule, &table) else { continue };
            let sums: Vec<f32> = (0..N_CLASSES)
                .map(|c| fused.contributions.column(c).sum() + fused.baseline[c])
                .collect();
            let explained: Vec<f32> = match fused.scale {
                Scale::Scores => sums,
                Scale::LogScores => {
                    for row in fused.contributions.outer_iter() {
                        prop_assert!(row.sum().abs() <= 1e-4);
                    }
                    let max = sums.iter().copied().fold(f32::MIN, f32::max);
                    let exps: Vec<f32> = sums.iter().map(|s| (s - max).exp()).collect();
                    let total: f32 = exps.iter().sum();
                    exps.iter().map(|e| e / total).collect()
                }
            };
            prop_assert!(near(&explained, &fused.scores.to_vec(), 1e-5), "{}", rule.name());
            for (modality, row) in fused.contributions.outer_iter().enumerate() {
                prop_assert!(table.row(modality).is_some() || row.iter().all(|c| *c == 0.0));
            }
        }
    }

    #[test]
    fn the_order_of_the_modalities_does_not_matter(
        rows in rows(),
        order in Just([0, 1, 2, 3]).prop_shuffle(),
    ) {
        let table = table(&rows);
        for rule in rules() {
            let shuffled = rule.select(&order).unwrap();
            let other = shuffled.fuse(&table.select(&order).unwrap());
            prop_assert!(alike(&rule.fuse(&table), &other), "{}", rule.name());
        }
    }

    #[test]
    fn an_absent_modality_is_as_if_it_never_was(rows in rows()) {
        let present: Vec<usize> = (0..N_MODALITIES).filter(|m| rows[*m].0.is_some()).collect();
        let table = table(&rows);
        for rule in rules() {
            let fewer = rule.select(&present).unwrap();
            let other = fewer.fuse(&table.select(&present).unwrap());
            prop_assert!(alike(&rule.fuse(&table), &other), "{}", rule.name());
        }
    }

    #[test]
    fn a_modality_without_trust_is_as_if_absent(rows in rows(), scores in scores(), at in 0..N_MODALITIES) {
        let (mut distrusted, mut absent) = (rows.clone(), rows);
        distrusted[at] = (Some(scores), 0.0);
        absent[at].0 = None;
        for rule in rules() {
            prop_assert_eq!(rule.fuse(&table(&distrusted)), rule.fuse(&table(&absent)));
        }
    }

    #[test]
    fn a_single_modality_is_returned_as_it_is(scores in scores(), at in 0..N_MODALITIES) {
        let mut rows: Vec<Row> = vec![(None, 1.0); N_MODALITIES];
        rows[at].0 = Some(scores.clone());
        for rule in rules().iter().filter(|rule| POOLS.contains(&rule.rule_name())) {
            let fused = rule.fuse(&table(&rows)).unwrap();
            prop_assert!(near(&fused.scores.to_vec(), &scores, 4.0 * FLOOR), "{}", rule.name());
        }
        let reliable = DempsterShafer::new([1.0; N_MODALITIES], 1.0, Default::default()).unwrap();
        let fused = reliable.fuse(&table(&rows)).unwrap();
        prop_assert!(near(&fused.scores.to_vec(), &scores, 1e-6));
    }

    #[test]
    fn equal_rows_are_returned_as_they_are(scores in scores()) {
        let rows: Vec<Row> = vec![(Some(scores.clone()), 1.0); N_MODALITIES];
        for rule in rules() {
            if !POOLS.contains(&rule.rule_name())
                || matches!(rule.rule_name(), RuleName::Product | RuleName::Bayes)
            {
                continue;
            }
            let fused = rule.fuse(&table(&rows)).unwrap();
            prop_assert!(near(&fused.scores.to_vec(), &scores, 4.0 * FLOOR), "{}", rule.name());
        }
    }

    #[test]
    fn equal_weights_are_none(rows in rows(), hundredths in 1_u16..1000) {
        let weight = f32::from(hundredths) / 100.0;
        let table = table(&rows);
        let weights = [weight; N_MODALITIES];
        let make = |name: RuleName| name.make(&config()).unwrap().fuse(&table);
        let weighted = WeightedMean::new(weights).unwrap().fuse(&table);
        prop_assert!(alike(&weighted, &make(RuleName::Mean)));
        let vote = WeightedVote::new(weights).unwrap().fuse(&table);
        prop_assert!(alike(&vote, &make(RuleName::Majority)));
        let geometric = Geometric::new(weights, FLOOR).unwrap().fuse(&table);
        let unit = Geometric::new([1.0; N_MODALITIES], FLOOR).unwrap().fuse(&table);
        prop_assert!(alike(&geometric, &unit));
    }

    #[test]
    fn classes_alike_are_scored_alike(rows in rows()) {
        // All rules that know nothing about classes: those that are not fitted, with a flat prior.
        let mut flat = config();
        flat.prior = None;
        let mirrored: Vec<Row> = rows
            .iter()
            .map(|(scores, trust)| {
                let scores = scores.as_ref().map(|s| {
                    let mean = (s[0] + s[1]) / 2.0;
                    vec![mean, mean, s[2], s[3]]
                });
                (scores, *trust)
            })
            .collect();
        for name in RuleName::ALL.iter().filter(|name| !name.needs_fit()) {
            let Some(fused) = fused(&name.make(&flat).unwrap(), &table(&mirrored)) else { continue };
            prop_assert!((fused.scores[0] - fused.scores[1]).abs() <= 1e-6, "{name}");
        }
    }

    #[test]
    fn used_memory_gives_the_same(first in rows(), second in rows()) {
        for rule in rules() {
            let mut fused = Fused::default();
            let _ = rule.fuse_into(&table(&first), &mut fused);
            let outcome = rule.fuse_into(&table(&second), &mut fused).map(|()| fused);
            prop_assert_eq!(outcome, rule.fuse(&table(&second)), "{}", rule.name());
        }
    }

    #[test]
    fn tables_of_other_shapes_are_an_error_or_fused(n_modalities in 0_usize..7, n_classes in 1_usize..7) {
        let mut table = ScoreTable::new(n_classes);
        for _ in 0..n_modalities {
            table.push(&vec![1.0 / n_classes as f32; n_classes]).unwrap();
        }
        for rule in rules() {
            if let Ok(fused) = rule.fuse(&table) {
                prop_assert_eq!(fused.scores.len(), n_classes);
                prop_assert!(n_modalities > 0);
            }
        }
    }
}

#[test]
fn without_evidence_there_is_no_guess() {
    let absent: Vec<Row> = vec![(None, 1.0); N_MODALITIES];
    let distrusted: Vec<Row> = vec![(Some(vec![0.25; N_CLASSES]), 0.0); N_MODALITIES];
    for rule in rules() {
        for rows in [&absent, &distrusted] {
            assert_eq!(
                rule.fuse(&table(rows)),
                Err(ScoreError::NoEvidence),
                "{}",
                rule.name()
            );
        }
    }
    let weightless = RuleConfig::new(N_CLASSES, [0.0; N_MODALITIES]);
    let present: Vec<Row> = vec![(Some(vec![0.25; N_CLASSES]), 1.0); N_MODALITIES];
    for name in [
        RuleName::WeightedMean,
        RuleName::Geometric,
        RuleName::WeightedVote,
        RuleName::DempsterShafer,
    ] {
        let rule = name.make(&weightless).unwrap();
        assert_eq!(
            rule.fuse(&table(&present)),
            Err(ScoreError::NoEvidence),
            "{name}"
        );
    }
}

#[test]
fn scores_that_are_none_reach_no_rule() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.25] {
        let mut table = ScoreTable::new(N_CLASSES);
        let pushed = table.push(&[bad, 0.5, 0.25, 0.25]);
        assert!(matches!(
            pushed,
            Err(ScoreError::Score {
                row: 0,
                class: 0,
                ..
            })
        ));
    }
}

/// `(rows, rule, scores)`, with the decision where the classes tie: always the first in the labels.
#[test]
fn ties_go_to_the_first_class() {
    let mut table = ScoreTable::new(N_CLASSES);
    table.push(&[0.0, 0.5, 0.0, 0.5]).unwrap();
    table.push(&[0.0, 0.0, 1.0, 0.0]).unwrap();
    table.push(&[0.0, 1.0, 0.0, 0.0]).unwrap();
    table.push(&[0.0, 0.0, 0.5, 0.5]).unwrap();
    let mean = RuleName::Mean
        .make(&config())
        .unwrap()
        .fuse(&table)
        .unwrap();
    assert_eq!(mean.scores.to_vec(), [0.0, 0.375, 0.375, 0.25]);
    assert_eq!(emo_score::argmax(&mean.scores), 1);
    let majority = RuleName::Majority.make(&config()).unwrap();
    let majority = majority.fuse(&table).unwrap();
    assert_eq!(majority.scores.to_vec(), [0.0, 0.375, 0.375, 0.25]);
}

#[cfg(feature = "serde")]
#[test]
fn rules_survive_a_file() {
    for rule in rules() {
        let text = toml::to_string(rule).unwrap();
        let first = format!("rule = \"{}\"\n", rule.name());
        assert!(text.starts_with(&first), "{text}");
        assert_eq!(&toml::from_str::<Rule>(&text).unwrap(), rule, "{text}");
        let text = serde_json::to_string(rule).unwrap();
        serde_json::from_str::<Rule>(&text).unwrap();
    }
    for bad in [
        r#"{"rule":"weighted","weights":[-1.0]}"#,
        r#"{"rule":"weighted","weights":[1.0],"more":1}"#,
        r#"{"rule":"product","floor":0.0}"#,
        r#"{"rule":"templates","n_classes":2,"templates":[[[0.5,0.5],[0.5]]]}"#,
        r#"{"rule":"none"}"#,
    ] {
        assert!(serde_json::from_str::<Rule>(bad).is_err(), "{bad}");
    }
}

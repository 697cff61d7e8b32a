//! Splits, pairings and the leak check: laws, and scikit-learn's `StratifiedGroupKFold` by its properties.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::{collections::BTreeSet, fs};

use emo_score::{
    Evidence, Groups, LeakKind, LeakReport, Pairing, PointCheck, PointCheckConfig, Protocol,
    Provenance, ScoreError, Split, SplitKind, ndarray::Array2, pair,
};
use emo_testing::fixture;
use proptest::prelude::*;
use serde_json::Value;

fn indices(value: &Value) -> Vec<usize> {
    let numbers = value.as_array().unwrap().iter();
    numbers
        .map(|number| number.as_u64().unwrap() as usize)
        .collect()
}

/// The largest distance of a class's share in a fold from its share in all samples.
fn deviation(classes: &[usize], folds: &[Split], n_classes: usize) -> f64 {
    let share = |samples: &[usize], class: usize| {
        let n = samples
            .iter()
            .filter(|&&sample| classes[sample] == class)
            .count();
        n as f64 / samples.len() as f64
    };
    let all: Vec<usize> = (0..classes.len()).collect();
    let mut worst: f64 = 0.0;
    for fold in folds {
        for class in 0..n_classes {
            worst = worst.max((share(fold.test(), class) - share(&all, class)).abs());
        }
    }
    worst
}

#[test]
fn stratified_folds_are_as_even_as_scikit_learns() {
    let path = fixture("emo-score/metrics/group_folds.json");
    let cases: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for case in cases.as_array().unwrap() {
        let (groups, classes) = (indices(&case["group"]), indices(&case["class"]));
        let n_folds = case["n_folds"].as_u64().unwrap() as usize;
        let n_classes = case["n_classes"].as_u64().unwrap() as usize;
        let subjects = Groups::subjects(groups.iter().map(ToString::to_string));
        let deviations: Vec<f64> = (0..10)
            .map(|seed| {
                let folds = Split::stratified_k_fold(&subjects, &classes, n_folds, seed).unwrap();
                deviation(&classes, &folds, n_classes)
            })
            .collect();
        let mean = deviations.iter().sum::<f64>() / 10.0;
        let theirs = case["deviation_mean"].as_f64().unwrap();
        assert!(
            mean <= theirs,
            "{n_folds} folds: {mean}, scikit-learn {theirs}"
        );
    }
}

/// Group and class of each sample, number of folds, seed.
fn grouped() -> impl Strategy<Value = (Vec<usize>, Vec<usize>, usize, u64)> {
    (2_usize..12, 20_usize..80).prop_flat_map(|(n_groups, n_samples)| {
        let groups = prop::collection::vec(0..n_groups, n_samples);
        let classes = prop::collection::vec(0_usize..4, n_samples);
        (groups, classes, 2..=n_groups, any::<u64>())
    })
}

fn check_partition(folds: &[Split], n_samples: usize) -> Result<(), TestCaseError> {
    let mut tested = vec![0; n_samples];
    for fold in folds {
        prop_assert!(!fold.test().is_empty() && !fold.train().is_empty());
        let sides: BTreeSet<usize> = fold.train().iter().chain(fold.test()).copied().collect();
        prop_assert_eq!(sides.len(), n_samples);
        prop_assert_eq!(fold.train().len() + fold.test().len(), n_samples);
        fold.test().iter().for_each(|&sample| tested[sample] += 1);
    }
    prop_assert!(
        tested.iter().all(|&times| times == 1),
        "every sample is tested once"
    );
    Ok(())
}

proptest! {
    #[test]
    fn folds_keep_groups_whole((of, classes, k, seed) in grouped()) {
        let subjects = Groups::subjects(of.iter().map(ToString::to_string));
        prop_assume!(subjects.len() >= k);
        for folds in [
            Split::k_fold(&subjects, k, seed).unwrap(),
            Split::stratified_k_fold(&subjects, &classes, k, seed).unwrap(),
            Split::leave_one_out(&subjects).unwrap(),
        ] {
            check_partition(&folds, of.len())?;
            for fold in &folds {
                prop_assert_eq!(fold.kind(), SplitKind::BySubject);
                let side = |samples: &[usize]| samples.iter().map(|&s| of[s]).collect::<BTreeSet<_>>();
                prop_assert!(side(fold.train()).is_disjoint(&side(fold.test())));
            }
        }
        let again = Split::stratified_k_fold(&subjects, &classes, k, seed).unwrap();
        prop_assert_eq!(Split::stratified_k_fold(&subjects, &classes, k, seed).unwrap(), again);
    }

    #[test]
    fn random_folds_are_even(n in 2_usize..60, k in 2_usize..8, seed in any::<u64>()) {
        prop_assume!(n >= k);
        let folds = Split::random_k_fold(n, k, seed).unwrap();
        check_partition(&folds, n)?;
        for fold in &folds {
            prop_assert!(fold.test().len() == n / k || fold.test().len() == n / k + 1);
        }
        prop_assert_eq!(Split::random_k_fold(n, k, seed).unwrap(), folds);
    }

    /// One group per sample: class counts of the folds then differ by at most one from an even deal.
    #[test]
    fn single_samples_are_dealt_evenly(classes in prop::collection::vec(0_usize..3, 12..40), seed in any::<u64>()) {
        let trials = Groups::trials((0..classes.len()).map(|trial| trial.to_string()));
        let folds = Split::stratified_k_fold(&trials, &classes, 3, seed).unwrap();
        for class in 0..3 {
            let counts: Vec<usize> = folds
                .iter()
                .map(|fold| fold.test().iter().filter(|&&s| classes[s] == class).count())
                .collect();
            prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{:?}", counts);
        }
    }

    #[test]
    fn label_pairs_use_every_sample_once(
        modalities in prop::collection::vec(prop::collection::vec(0_usize..4, 0..30), 1..5),
        seed in any::<u64>(),
    ) {
        let evidence: Vec<Vec<Evidence>> = modalities
            .iter()
            .map(|classes| classes.iter().map(|&class| of(class, "", "")).collect())
            .collect();
        let joined = pair(Pairing::LabelPaired, &evidence, seed).unwrap();
        prop_assert_eq!(&pair(Pairing::LabelPaired, &evidence, seed).unwrap(), &joined);
        for (modality, classes) in modalities.iter().enumerate() {
            let used: Vec<usize> = joined.iter().filter_map(|sample| sample.members[modality]).collect();
            prop_assert_eq!(used.iter().collect::<BTreeSet<_>>().len(), used.len());
            for sample in &joined {
                if let Some(member) = sample.members[modality] {
                    prop_assert_eq!(classes[member], sample.class);
                }
            }
        }
        for class in 0..4 {
            let counts = modalities.iter().map(|classes| classes.iter().filter(|&&c| c == class).count());
            let scarcest = counts.filter(|&n| n > 0).min().unwrap_or(0);
            prop_assert_eq!(joined.iter().filter(|sample| sample.class == class).count(), scarcest);
        }
    }

    #[test]
    fn a_split_by_subject_has_no_leak_and_a_random_one_is_seen((of, _, k, seed) in grouped()) {
        let samples: Vec<Provenance> = of
            .iter()
            .enumerate()
            .map(|(sample, subject)| Provenance::new(sample.to_string()).subject(subject.to_string()))
            .collect();
        let subjects = Groups::subjects(of.iter().map(ToString::to_string));
        prop_assume!(subjects.len() >= k);
        for fold in Split::stratified_k_fold(&subjects, &vec![0; of.len()], k, seed).unwrap() {
            prop_assert!(LeakReport::find(&samples, &fold).unwrap().is_clean());
        }
        for fold in Split::random_k_fold(of.len(), k, seed).unwrap() {
            let pairs = fold.train().iter().flat_map(|&a| fold.test().iter().map(move |&b| (a, b)));
            let n = pairs.filter(|&(a, b)| of[a] == of[b]).count();
            let report = LeakReport::find(&samples, &fold).unwrap();
            prop_assert_eq!(report.leaks().first().map_or(0, |leak| leak.n), n);
            prop_assert!(report.refuse(SplitKind::Random).is_ok());
            prop_assert_eq!(report.refuse(SplitKind::BySubject).is_err(), n > 0);
        }
    }
}

fn of(class: usize, subject: &str, moment: &str) -> Evidence {
    let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    Evidence {
        class,
        subject: name(subject),
        moment: name(moment),
    }
}

#[test]
fn moments_and_subjects_join_what_belongs_together() {
    let speech = vec![
        of(0, "ann", "ann/1"),
        of(1, "ann", "ann/2"),
        of(0, "bob", "bob/1"),
    ];
    let face = vec![
        of(0, "bob", "bob/1"),
        of(0, "ann", "ann/1"),
        of(0, "ann", "ann/3"),
    ];
    let modalities = [speech, face];
    let members = |pairing| -> Vec<Vec<Option<usize>>> {
        let joined = pair(pairing, &modalities, 1).unwrap();
        joined.into_iter().map(|sample| sample.members).collect()
    };
    assert_eq!(
        members(Pairing::TrueSync),
        [
            vec![Some(0), Some(1)],
            vec![Some(1), None],
            vec![None, Some(2)],
            vec![Some(2), Some(0)]
        ]
    );
    let same_subject = members(Pairing::SameSubject);
    assert_eq!(same_subject.len(), 3);
    assert_eq!(same_subject[0][0], Some(0));
    assert!(matches!(same_subject[0][1], Some(1 | 2)));
    assert_eq!(same_subject[1], [Some(1), None]);
    assert_eq!(same_subject[2], [Some(2), Some(0)]);
    assert_eq!(members(Pairing::Unimodal).len(), 6);
}

#[test]
fn what_cannot_be_paired_is_refused_with_its_place() {
    let refused = |pairing, modalities: &[Vec<Evidence>]| pair(pairing, modalities, 1).unwrap_err();
    let nameless = vec![vec![of(0, "a", "m")], vec![of(0, "", "")]];
    assert!(matches!(
        refused(Pairing::SameSubject, &nameless),
        ScoreError::Unpairable {
            modality: 1,
            sample: 0,
            missing: "subject"
        }
    ));
    assert!(matches!(
        refused(Pairing::TrueSync, &nameless),
        ScoreError::Unpairable {
            modality: 1,
            sample: 0,
            missing: "moment"
        }
    ));
    for (other, what) in [(of(1, "a", "m"), "classes"), (of(0, "b", "m"), "subjects")] {
        let modalities = [vec![of(0, "a", "m")], vec![other]];
        assert!(matches!(
            refused(Pairing::TrueSync, &modalities),
            ScoreError::Moment { what: w, .. } if w == what
        ));
    }
    let twice = [vec![of(0, "a", "m"), of(0, "a", "m")]];
    assert!(matches!(
        refused(Pairing::TrueSync, &twice),
        ScoreError::Moment {
            what: "samples of one modality",
            ..
        }
    ));
    assert!(matches!(
        refused(Pairing::Unstated, &twice),
        ScoreError::Parameter { .. }
    ));
}

fn two_sides(train: &[usize], test: &[usize], n: usize, kind: SplitKind) -> Split {
    Split::given(kind, train.to_vec(), test.to_vec(), n).unwrap()
}

#[test]
fn every_kind_of_leak_is_found_and_named() {
    let samples = [
        Provenance::new("w0")
            .subject("ann")
            .trial("ann/1")
            .window("ann.edf", 0.0..2.0),
        Provenance::new("w1")
            .subject("ann")
            .trial("ann/1")
            .window("ann.edf", 1.0..3.0),
        Provenance::new("w2")
            .subject("ann")
            .trial("ann/2")
            .window("ann.edf", 3.0..5.0),
        Provenance::new("louder").derived_from(["w0"]),
        Provenance::new("louder and slower").derived_from(["louder"]),
        Provenance::new("between").derived_from(["w0", "w2"]),
        Provenance::new("w2"),
        Provenance::new("elsewhere")
            .subject("bob")
            .trial("bob/1")
            .window("bob.edf", 0.0..9.0),
    ];
    let found = |train: &[usize], test: &[usize]| -> Vec<(LeakKind, usize)> {
        let split = two_sides(train, test, samples.len(), SplitKind::Random);
        let report = LeakReport::find(&samples, &split).unwrap();
        report
            .leaks()
            .iter()
            .map(|leak| (leak.kind, leak.n))
            .collect()
    };
    use LeakKind::{AugmentedCopy, OverlappingWindow, Oversampled, Subject, Trial};
    assert_eq!(
        found(&[0, 2], &[1]),
        [(Subject, 2), (Trial, 1), (OverlappingWindow, 1)]
    );
    assert_eq!(found(&[0], &[2]), [(Subject, 1)]);
    // Windows that touch do not overlap.
    assert_eq!(found(&[1], &[2]), [(Subject, 1)]);
    assert_eq!(found(&[0], &[3]), [(AugmentedCopy, 1)]);
    assert_eq!(found(&[3], &[4]), [(AugmentedCopy, 1)]);
    assert_eq!(found(&[5], &[0]), [(Oversampled, 1)]);
    assert_eq!(found(&[6], &[2]), [(Oversampled, 1)]);
    assert_eq!(found(&[7], &[0, 1, 2, 3, 4, 5, 6]), []);
}

#[test]
fn a_protocol_refuses_flags_or_confesses() {
    let samples = [
        Provenance::new("a").subject("ann").trial("1"),
        Provenance::new("b").subject("ann").trial("2"),
        Provenance::new("c").derived_from(["a"]),
    ];
    let check = |test: usize, kind: SplitKind| {
        let split = two_sides(&[0], &[test], 3, kind);
        let leaks = LeakReport::find(&samples, &split).unwrap();
        (
            Protocol::checked(&split, Pairing::TrueSync, leaks.clone()),
            split,
            leaks,
        )
    };
    assert!(matches!(
        check(1, SplitKind::BySubject).0,
        Err(ScoreError::Leak {
            kind: "subject",
            train: 0,
            test: 1,
            n: 1,
            ..
        })
    ));
    let flagged = check(1, SplitKind::ByTrial).0.unwrap();
    assert_eq!(
        flagged.to_string(),
        "split by-trial, pairing true-sync, leaks subject on both sides (1 pairs of samples)"
    );
    let (refused, split, leaks) = check(2, SplitKind::Random);
    assert!(refused.is_err());
    let leaky = Protocol::leaky(&split, Pairing::TrueSync, leaks);
    assert!(leaky.to_string().ends_with("a leaky protocol"));
    let honest = Protocol::unchecked(SplitKind::Random, Pairing::TrueSync);
    assert!(matches!(
        leaky.ensure_comparable(&honest),
        Err(ScoreError::Incomparable { .. })
    ));
    assert!(honest.ensure_comparable(&honest.clone()).is_ok());
    let other = Protocol::unchecked(SplitKind::Random, Pairing::LabelPaired);
    assert!(honest.ensure_comparable(&other).is_err());
}

#[test]
fn oversampled_points_are_found_in_the_features_alone() {
    // Points of a full-period generator in five dimensions: none lies between two others.
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    };
    let mut points = Array2::from_shape_simple_fn((60, 5), &mut random);
    let split = two_sides(
        &(0..40).collect::<Vec<_>>(),
        &(40..60).collect::<Vec<_>>(),
        60,
        SplitKind::Random,
    );
    let check = PointCheck::new(PointCheckConfig::default()).unwrap();
    assert!(check.find(&points, &split).unwrap().is_clean());

    // A test point at 0.3 of the way between two near training points, as SMOTE makes it.
    let distance = |a: usize, b: usize| -> f32 {
        points
            .row(a)
            .iter()
            .zip(points.row(b))
            .map(|(x, y)| (x - y).powi(2))
            .sum()
    };
    let near = (1..40)
        .min_by(|&a, &b| distance(0, a).total_cmp(&distance(0, b)))
        .unwrap();
    let between = &points.row(0) + &((&points.row(near) - &points.row(0)) * 0.3);
    points.row_mut(50).assign(&between);
    let report = check.find(&points, &split).unwrap();
    assert_eq!(report.leaks().len(), 1);
    assert_eq!(
        (report.leaks()[0].kind, report.leaks()[0].test),
        (LeakKind::Oversampled, 50)
    );

    let copied = points.row(3).to_owned();
    points.row_mut(55).assign(&copied);
    assert_eq!(check.find(&points, &split).unwrap().leaks()[0].n, 2);
}

#[test]
fn splits_that_cannot_be_are_refused() {
    let subjects = Groups::subjects(["a", "a", "b"]);
    assert!(matches!(
        Split::k_fold(&subjects, 3, 1),
        Err(ScoreError::TooFewForFolds {
            what: "subjects",
            available: 2,
            folds: 3
        })
    ));
    assert!(matches!(
        Split::k_fold(&subjects, 1, 1),
        Err(ScoreError::Parameter { .. })
    ));
    assert!(matches!(
        Split::stratified_k_fold(&subjects, &[0, 1], 2, 1),
        Err(ScoreError::Count {
            expected: 3,
            actual: 2,
            ..
        })
    ));
    assert!(Split::leave_one_out(&Groups::subjects(["a", "a"])).is_err());
    for (train, test, problem) in [
        (vec![0, 3], vec![1], "out of range"),
        (vec![0, 0], vec![1], "named twice"),
        (vec![0, 1], vec![1], "on both sides"),
    ] {
        assert!(matches!(
            Split::given(SplitKind::Random, train, test, 3),
            Err(ScoreError::SplitSample { problem: p, .. }) if p == problem
        ));
    }
    assert_eq!(
        Split::given(SplitKind::Random, vec![0], vec![], 3),
        Err(ScoreError::NoSamples)
    );
}

//! The recognizer on the fixture recordings: laws of absence, and errors that name their input.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use emo_backend_cpu::CpuBackend;
use emo_dsp::SampleRate;
use emo_pipeline::{
    Bundle, EegSignal, HrSignal, InputError, Inputs, Modality, PipelineError, Recognizer,
    SpeechSignal,
};
use emo_score::ScoreError;
use emo_testing::{assert_close, fixture};
use ndarray::Array2;

fn recognizer() -> Recognizer {
    Recognizer::new(&Bundle::embedded().unwrap(), &CpuBackend::default()).unwrap()
}

fn all() -> Inputs {
    let recordings = fixture("recordings");
    let mut inputs = Inputs::default();
    inputs
        .read_ecg(recordings.join("ecg.edf"), None)
        .unwrap()
        .read_eeg(recordings.join("eeg.edf"), None)
        .unwrap()
        .read_speech(recordings.join("speech.wav"))
        .unwrap()
        .read_image(recordings.join("face.jpg"), None)
        .unwrap();
    inputs
}

#[test]
fn all_four_are_fused_by_the_weights_of_the_manifest() {
    let bundle = Bundle::embedded().unwrap();
    let recognition = recognizer().recognize(&all()).unwrap();
    assert_eq!(recognition.modalities.len(), 4);
    let total: f32 = bundle.modalities().map(|(_, weight)| weight).sum();
    for class in 0..recognition.labels.len() {
        let expected: f32 = bundle
            .modalities()
            .map(|(modality, weight)| {
                weight / total * recognition.modality(modality).unwrap().scores[class]
            })
            .sum();
        assert_close([recognition.scores[class]], [expected], 1e-5, 1e-6);
        let added: f32 = recognition
            .modalities
            .iter()
            .map(|report| report.contributions[class])
            .sum();
        assert_close([added], [recognition.scores[class]], 1e-5, 1e-6);
    }
    for report in &recognition.modalities {
        assert!(
            (0.0..=1.0).contains(&report.quality),
            "{}: quality {}",
            report.modality,
            report.quality
        );
        assert_close([report.scores.sum()], [1.0_f32], 0.0, 1e-5);
    }
}

#[test]
fn the_same_input_gives_the_same_scores_whatever_came_before() {
    let mut recognizer = recognizer();
    let first = recognizer.recognize(&all()).unwrap();
    let mut speech = Inputs::default();
    speech
        .read_speech(fixture("recordings/speech.wav"))
        .unwrap();
    recognizer.recognize(&speech).unwrap();
    let again = recognizer.recognize(&all()).unwrap();
    assert_eq!(first.scores, again.scores);
}

#[test]
fn the_ways_to_give_one_signal_agree() {
    let recordings = fixture("recordings");
    let mut recognizer = recognizer();
    let mut scores = |read: &dyn Fn(&mut Inputs)| {
        let mut inputs = Inputs::default();
        read(&mut inputs);
        recognizer.recognize(&inputs).unwrap().scores
    };
    let edf = scores(&|inputs| _ = inputs.read_eeg(recordings.join("eeg.edf"), None).unwrap());
    let csv = scores(&|inputs| _ = inputs.read_eeg(recordings.join("eeg.csv"), None).unwrap());
    // The EDF file holds 16-bit steps of the same samples.
    assert_close(edf, csv, 0.0, 0.02);
}

#[test]
fn nothing_at_all_is_no_evidence() {
    assert!(matches!(
        recognizer().recognize(&Inputs::default()),
        Err(PipelineError::Fusion(ScoreError::NoEvidence))
    ));
}

#[test]
fn signals_that_cannot_serve_are_errors_that_name_them() {
    let rate = |hz| SampleRate::from_hz(hz).unwrap();
    let refused = |inputs: &Inputs, modality: Modality| match recognizer().recognize(inputs) {
        Err(PipelineError::Input {
            modality: m,
            origin,
            source,
        }) => {
            assert_eq!((m, origin.as_str()), (modality, "test"));
            *source
        }
        other => panic!("{modality}: {other:?}"),
    };
    for bpm in [vec![], vec![70.0; 14], vec![f32::NAN; 20], vec![70.0; 20]] {
        let mut inputs = Inputs::default();
        inputs.set_hr("test", HrSignal::HeartRate(bpm));
        assert!(matches!(refused(&inputs, Modality::Hr), InputError::Hr(_)));
    }
    for samples in [
        vec![],
        vec![0.0; 2500],
        vec![f32::INFINITY; 2500],
        vec![0.1; 10],
    ] {
        let mut inputs = Inputs::default();
        inputs.set_hr(
            "test",
            HrSignal::Ecg {
                samples: samples.clone(),
                sample_rate: rate(250.0),
            },
        );
        assert!(
            matches!(refused(&inputs, Modality::Hr), InputError::Hr(_)),
            "ECG {:?}",
            samples.len()
        );
        inputs.set_hr(
            "test",
            HrSignal::Ppg {
                samples,
                sample_rate: rate(64.0),
            },
        );
        assert!(matches!(refused(&inputs, Modality::Hr), InputError::Hr(_)));
    }
    for samples in [vec![], vec![f32::NAN; 66_150], vec![0.1; 100]] {
        let mut inputs = Inputs::default();
        inputs.set_speech(
            "test",
            SpeechSignal {
                samples,
                sample_rate: 22_050,
            },
        );
        assert!(matches!(
            refused(&inputs, Modality::Speech),
            InputError::Speech(_)
        ));
    }
    let channels = ["Fp1", "FPz", "Fp2", "F7", "F3", "Fz", "F4", "F8", "C4"].map(str::to_owned);
    for samples in [
        Array2::zeros((9, 0)),
        Array2::zeros((9, 512)),
        Array2::from_elem((9, 512), f32::NAN),
        Array2::zeros((9, 20)),
        Array2::zeros((8, 512)),
    ] {
        let mut inputs = Inputs::default();
        inputs.set_eeg(
            "test",
            EegSignal {
                samples,
                channels: channels.to_vec(),
                sample_rate: rate(128.0),
            },
        );
        refused(&inputs, Modality::Eeg);
    }
}

#[test]
fn a_missing_electrode_is_named() {
    let mut inputs = Inputs::default();
    let channels = ["Fp1", "FPz", "Fp2", "F7", "F3", "Fz", "F4", "F8"]
        .map(str::to_owned)
        .to_vec();
    let samples = Array2::from_shape_fn((8, 512), |(channel, n)| {
        ((n * (channel + 3)) as f32 * 0.1).sin()
    });
    let sample_rate = SampleRate::from_hz(128.0).unwrap();
    inputs.set_eeg(
        "test",
        EegSignal {
            samples,
            channels,
            sample_rate,
        },
    );
    let Err(PipelineError::Input { source, .. }) = recognizer().recognize(&inputs) else {
        panic!("the EEG was accepted");
    };
    assert!(source.to_string().contains("C4"), "{source}");
}

#[test]
fn quality_scales_the_weights() {
    let bundle = Bundle::embedded().unwrap();
    let mut recognizer = recognizer().weighing_quality();
    let recognition = recognizer.recognize(&all()).unwrap();
    let weight = |modality: Modality, quality: f32| {
        let (_, weight) = bundle.modalities().find(|(m, _)| *m == modality).unwrap();
        weight * quality
    };
    let total: f32 = recognition
        .modalities
        .iter()
        .map(|report| weight(report.modality, report.quality))
        .sum();
    for report in &recognition.modalities {
        assert_eq!(report.trust, report.quality);
        let share = weight(report.modality, report.quality) / total;
        let expected = report.scores.mapv(|score| share * score);
        let added = report.contributions.iter().copied();
        assert_close(added, expected.iter().copied(), 1e-5, 1e-6);
    }
}

#[test]
fn every_rule_without_a_fit_recognizes() {
    let bundle = Bundle::embedded().unwrap();
    let mut recognizer = recognizer();
    for name in Bundle::FUSION_RULES {
        let Ok(rule) = bundle.fusion_rule(name) else {
            continue;
        };
        recognizer = recognizer.with_fusion(rule);
        let recognition = recognizer.recognize(&all()).unwrap();
        assert_eq!(recognition.fusion, *name);
        assert_close([recognition.scores.sum()], [1.0_f32], 0.0, 1e-5);
    }
}

#[cfg(feature = "detector")]
#[test]
fn a_face_is_found_and_straightened() {
    use emo_image::{EyeFinder, FaceBox, Plane};

    let portrait = fixture("recordings/portrait.jpg");
    let mut inputs = Inputs::default();
    let signal = inputs.read_face(&portrait).unwrap().image().unwrap();
    let (width, height) = (signal.image.width(), signal.image.height());
    // As marked by hand, the face is 120 pixels large.
    assert!(width == height && (80..180).contains(&width), "{width}");
    assert_eq!(signal.face, None);
    let whole = FaceBox {
        x: 0,
        y: 0,
        width: width as u32,
        height: height as u32,
    };
    let eyes = EyeFinder::new().find(Plane::from(&signal.image), whole);
    let eyes = eyes.unwrap().unwrap();
    assert!(eyes.roll_degrees().abs() < 5.0, "{eyes:?}");
    let recognition = recognizer().recognize(&inputs).unwrap();
    assert!(recognition.modality(Modality::Image).is_some());

    let folder = tempfile::tempdir().unwrap();
    let blank = folder.path().join("blank.pgm");
    let wall = emo_image::GreyImage::new(&Array2::from_elem((120, 160), 90.0)).unwrap();
    let error = emo_pipeline::ImageSignal::of_face(&wall).unwrap_err();
    let expected = "no face was found in the picture of 160x120 pixels";
    assert_eq!(error.to_string(), expected);
    assert!(matches!(
        inputs.read_face(&blank),
        Err(PipelineError::Input {
            modality: Modality::Image,
            ..
        })
    ));
}

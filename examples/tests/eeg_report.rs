//! The `eeg_report` program as a user meets it: what its page says of recordings whose content is known, and how it
//! ends on bad input.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic is how a test fails"
)]

mod reports;

use std::{
    f64::consts::TAU,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use emo_testing::fixture;
use tempfile::TempDir;

/// A rate that the mains fit into.
const RATE: usize = 128;

/// The page, and what the program said beside it.
struct Report {
    page: String,
    notes: String,
}

#[track_caller]
fn report(file: &Path, arguments: &[&str]) -> Report {
    let (page, output) = reports::report("eeg_report", file, arguments);
    assert!(page.ends_with("</html>\n"));
    // Pictures are letters by chance.
    let text: String = page
        .split("base64,")
        .enumerate()
        .map(|(k, part)| if k == 0 { part } else { after(part, "\"") })
        .collect();
    for foreign in ["<script", "src=", "NaN", "inf\""] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    // Nothing but its own pictures and the name of SVG.
    assert_eq!(
        page.matches("http").count(),
        1 + page.matches("http://www.w3.org/2000/svg").count()
    );
    Report {
        page,
        notes: reports::text(&output.stderr),
    }
}

#[track_caller]
fn refusal(file: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report.html");
    let mut all = vec![file, "-o", out.to_str().unwrap()];
    all.extend(arguments);
    let error = reports::failure("eeg_report", &all);
    assert!(!out.exists());
    assert!(
        error.starts_with("error: ") && error.contains(file),
        "{error}"
    );
    error
}

impl Report {
    /// The value of a tile and the line under it.
    #[track_caller]
    fn tile(&self, name: &str) -> (&str, &str) {
        let value = reports::tile(&self.page, name);
        let rest = after(
            &self.page,
            &format!("<dt>{name}</dt><dd>{value}</dd><small>"),
        );
        (value, rest.split_once("</small>").unwrap().0)
    }

    /// The cells of the table row that begins with `first`.
    #[track_caller]
    fn row(&self, first: &str) -> Vec<&str> {
        let rest = after(&self.page, &format!("<tr><td>{first}"));
        let cells = rest.split_once("</tr>").unwrap().0;
        cells
            .split("</td><td>")
            .skip(1)
            .map(|cell| cell.trim_end_matches("</td>"))
            .collect()
    }

    /// Windows with a reason, before and after cleaning.
    #[track_caller]
    fn windows(&self, reason: &str) -> [usize; 2] {
        let row = self.row(&format!("{reason}: "));
        [row[0], row[1]].map(|count| count.parse().unwrap())
    }

    fn count(&self, text: &str) -> usize {
        self.page.matches(text).count()
    }
}

#[track_caller]
fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark)
        .unwrap_or_else(|| panic!("no {mark}"))
        .1
}

/// A CSV file of channels `[channel](time in s, sample)`, of which samples in `gap` are left out.
fn csv(
    names: &[&str],
    seconds: usize,
    gap: std::ops::Range<usize>,
    value: impl Fn(usize, f64, usize) -> f64,
) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("head.csv");
    let mut text = format!("time,{}\n", names.join(","));
    for n in (0..seconds * RATE).filter(|n| !gap.contains(n)) {
        let time = n as f64 / RATE as f64;
        let _ = write!(text, "{time:.7}");
        for channel in 0..names.len() {
            let _ = write!(text, ",{:.4}", value(channel, time, n));
        }
        text.push('\n');
    }
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// The same for each place and time, evenly spread over −1 to 1.
fn noise(channel: usize, n: usize) -> f64 {
    let mut x = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (channel as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x ^= x >> 29;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 32;
    x = x.wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 29;
    x as f64 / u64::MAX as f64 * 2.0 - 1.0
}

#[test]
fn a_page_has_every_part() {
    let page = report(&fixture("recordings/eeg.edf"), &["--window", "2"]);
    assert_eq!(page.tile("duration").0, "10.0 s");
    assert_eq!(page.tile("channels"), ("10", "10 with a place"));
    assert!(
        page.tile("rejected before")
            .1
            .starts_with("0 of 5 windows,")
    );
    for heading in [
        "Overview",
        "Traces",
        "Power spectral density",
        "Topographies",
        "Alpha asymmetry",
        "Channels",
    ] {
        assert_eq!(page.count(&format!("<h2>{heading}</h2>")), 1, "{heading}");
    }
    // Two pictures of windows, and a map with its scale for each band.
    assert_eq!(page.count("<image"), 2 + 2 * 5);
    for band in [
        "δ 1–4 Hz",
        "θ 4–8 Hz",
        "α 8–14 Hz",
        "β 14–31 Hz",
        "γ 31–45 Hz",
    ] {
        assert!(page.page.contains(band), "{band}");
    }
    // The recording is too short to be its own calibration, and says so.
    assert!(
        page.notes
            .contains("without artefact subspace reconstruction: it is calibrated on 10.7 s and more, here are 10.0 s"),
        "{}",
        page.notes
    );
    let csv = report(&fixture("recordings/eeg.csv"), &["--window", "2"]);
    assert_eq!(csv.tile("dominant alpha"), page.tile("dominant alpha"));
    assert_eq!(csv.row("F3"), page.row("F3"));
}

#[test]
fn rhythms_and_artefacts_are_found_where_they_are() {
    let names = ["F3", "F4", "C3", "C4", "T7", "T8", "P3", "P4"];
    let in_time = |time: f64, from: f64, to: f64| (from..to).contains(&time);
    let (_folder, path) = csv(&names, 60, 0..0, |channel, time, n| {
        let eeg = 4.0 * noise(channel, n);
        let alpha = (TAU * 10.4 * time).sin();
        match names[channel] {
            // Four times the power on the right: ln 4.
            "F3" => eeg + 10.0 * alpha,
            "F4" => eeg + 20.0 * alpha,
            "C3" if in_time(time, 8.0, 16.0) => 3.0,
            "C4" => (eeg + 30.0 * (TAU * 6.0 * time).sin() * f64::from(in_time(time, 20.0, 24.0)))
                .clamp(-20.0, 20.0),
            "T7" if in_time(time, 28.0, 40.0) => eeg + 30.0 * (TAU * 50.0 * time).sin(),
            // 200 µV for half a second, where nothing else is.
            "T8" if in_time(time, 45.0, 45.5) => eeg + 200.0 * (TAU * (time - 45.0)).sin(),
            _ => eeg + 12.0 * alpha,
        }
    });
    let page = report(&path, &[]);
    assert_eq!(page.tile("sampling rate").0, "128 Hz");
    assert!(
        page.tile("rejected before")
            .1
            .starts_with("7 of 15 windows,")
    );

    // Windows of 4 s: those from 8 and 12 s are flat and stay so; the one from 20 s is at the limits.
    assert_eq!(page.windows("flat"), [2, 2]);
    assert_eq!(page.windows("saturated"), [1, 1]);
    // Three in the mains, which the notch takes out.
    assert_eq!(page.windows("line noise"), [3, 0]);
    // The jump of T8, which the reconstruction makes small.
    assert_eq!(page.windows("amplitude"), [1, 0]);
    let deviations: Vec<f64> = page.row("T8")[1..3]
        .iter()
        .map(|x| x.parse().unwrap())
        .collect();
    // A rhythm of 12 µV and what the band leaves of noise from −4 to 4 µV.
    let of_rest = (12.0_f64.powi(2) / 2.0 + 16.0 / 3.0 * 44.5 / 64.0).sqrt();
    assert!(deviations[0] > 1.3 * of_rest, "{deviations:?}");
    assert!((deviations[1] - of_rest).abs() < 0.3, "{deviations:?}");

    let (alpha, place) = page.tile("dominant alpha");
    let alpha: f64 = alpha.strip_suffix(" Hz").unwrap().parse().unwrap();
    assert!((alpha - 10.4).abs() < 0.11, "{alpha}");
    assert!(place.contains("2 channels at the back"), "{place}");
    let (asymmetry, pair) = page.tile("frontal asymmetry");
    let asymmetry: f64 = asymmetry.parse().unwrap();
    assert!((asymmetry - 4.0_f64.ln()).abs() < 0.05, "{asymmetry}");
    assert!(pair.contains("F3-F4"), "{pair}");

    // Flat for 8 of 60 s, which touches 2 of 15 windows.
    let flat = page.row("C3");
    assert_eq!((flat[4], flat[6], flat[7]), ("13", "13", "13"));
    assert_eq!(page.row("P4")[6], "0");
}

#[test]
fn gaps_stay_gaps() {
    // 21 s, 7 s without samples, and 12 s.
    let gap = 21 * RATE..28 * RATE;
    let value = |channel, _: f64, n| 8.0 * noise(channel, n);
    let (_folder, path) = csv(&["TP9", "AF7", "AF8", "TP10", "Right AUX"], 40, gap, value);
    let page = report(&path, &[]);
    assert!(page.page.contains("EEG with a gap"));
    assert_eq!(page.tile("duration"), ("33.0 s", "without gaps"));
    assert_eq!(page.tile("channels").0, "4");
    // Five windows of 4 s before and three after it: none spans it.
    assert!(
        page.tile("rejected before")
            .1
            .starts_with("0 of 8 windows,")
    );
    assert!(page.count("class=\"gap\"") >= 3);
    assert!(page.notes.contains("Right AUX"), "{}", page.notes);
    assert!(page.page.contains("AF7-AF8"));
    assert!(page.page.contains("Maps need 8 channels"));
}

#[test]
fn names_may_say_nothing() {
    let value = |channel, _: f64, n| 8.0 * noise(channel, n);
    let (_folder, path) = csv(&["<i>left & right</i>"], 20, 0..0, value);
    let page = report(&path, &[]);
    assert_eq!(page.tile("channels"), ("1", "0 with a place"));
    assert!(page.page.contains("&lt;i&gt;left &amp; right&lt;/i&gt;"));
    assert!(!page.page.contains("<i>"));
    assert!(page.page.contains("There is no pair of channels"));
    assert_eq!(page.tile("frontal asymmetry").0, "–");
    assert!(
        page.notes
            .contains("it needs 2 channels with a signal, here is 1"),
        "{}",
        page.notes
    );
}

#[test]
fn what_is_no_eeg_is_left_aside_unless_it_is_named() {
    let value = |channel, time: f64, n| 8.0 * noise(channel, n) + (TAU * time).sin();
    let (_folder, path) = csv(&["Fp1", "Fp2", "ECG", "EOG left"], 16, 0..0, value);
    let page = report(&path, &[]);
    assert_eq!(page.tile("channels").0, "2");
    assert!(
        page.notes.contains("not EEG by its name: ECG, EOG left"),
        "{}",
        page.notes
    );
    assert!(page.page.contains("not EEG by its name: ECG, EOG left"));
    let page = report(&path, &["--channels", "ECG,Fp2", "--pairs", "ECG-Fp2"]);
    assert_eq!(page.tile("channels").0, "2");
    assert!(!page.notes.contains("ECG"), "{}", page.notes);
    assert!(page.page.contains("DASM in alpha") && page.page.contains("ECG-Fp2 ("));
}

/// 20 s of two channels as BrainVision, with markers at these seconds.
fn brainvision(markers: &[(f64, &str)]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("head.vhdr");
    let header = "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nDataFile=head.eeg\n\
                  MarkerFile=head.vmrk\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=2\n\
                  SamplingInterval=7812.5\n[Binary Infos]\nBinaryFormat=IEEE_FLOAT_32\n[Channel Infos]\n\
                  Ch1=Fp1,,1,µV\nCh2=Fp2,,1,µV\n";
    fs::write(&path, header).unwrap();
    let mut text =
        "Brain Vision Data Exchange Marker File, Version 1.0\n[Marker Infos]\n".to_owned();
    for (k, (second, name)) in markers.iter().enumerate() {
        // Positions count from 1.
        let position = (second * RATE as f64) as usize + 1;
        let _ = writeln!(text, "Mk{}=Stimulus,{name},{position},1,0", k + 1);
    }
    fs::write(folder.path().join("head.vmrk"), text).unwrap();
    let samples: Vec<u8> = (0..20 * RATE)
        .flat_map(|n| [0, 1].map(|channel| 8.0 * noise(channel, n) as f32))
        .flat_map(f32::to_le_bytes)
        .collect();
    fs::write(folder.path().join("head.eeg"), samples).unwrap();
    (folder, path)
}

#[test]
fn annotations_are_marked_where_they_are() {
    let markers = [
        (6.5, "S <1>"),
        (8.0, "S  2"),
        (8.5, "S <1>"),
        (15.0, "S <1>"),
    ];
    let (_folder, path) = brainvision(&markers);
    let page = report(&path, &["--from", "5"]);
    let line = |second: f64, from: f64, len: f64| {
        // The panels are 908 pixels wide, from pixel 64 on.
        let x = 64.0 + 908.0 * (second - from) / len;
        format!("<path class=\"note\" d=\"M{x:.1} ")
    };
    for (second, _) in markers {
        assert_eq!(page.count(&line(second, 0.0, 20.0)), 1, "{second} overview");
    }
    // The traces are from 5 to 15 s, the last marker beyond their end.
    for second in [6.5, 8.0, 8.5] {
        assert_eq!(page.count(&line(second, 5.0, 10.0)), 1, "{second} traces");
    }
    assert_eq!(page.count("<path class=\"note\""), 4 + 3);
    assert_eq!(page.count(">Stimulus/S &lt;1&gt;</text>"), 1);
    // The third has no room for its text beside the second's.
    assert_eq!(page.count("<text class=\"note\""), 2);
    assert_eq!(page.row("Stimulus/S &lt;1&gt;"), ["3", "6.50", "15.00"]);
    assert_eq!(page.row("Stimulus/S  2"), ["1", "8.00", "8.00"]);
}

#[test]
fn streams_with_breaks_are_read() {
    let page = report(
        &fixture("emo-recording/xdf/streams.xdf"),
        &["--window", "1"],
    );
    assert!(page.count("class=\"gap\"") >= 3);
}

#[test]
fn bad_input_is_named() {
    let error = refusal("nowhere.edf", &[]);
    assert!(error.contains("cannot be read"), "{error}");
    let head = fixture("recordings/eeg.edf");
    let head = head.to_str().unwrap();
    let error = refusal(head, &["--window", "60"]);
    assert!(
        error.contains("--window 60") && error.contains("1280"),
        "{error}"
    );
    let error = refusal(head, &["--window", "0.1"]);
    assert!(error.contains("--window 0.1"), "{error}");
    let error = refusal(head, &["--channels", "F3,nose"]);
    assert!(
        error.contains("\"nose\" is missing") && error.contains("Fp1"),
        "{error}"
    );
    let error = refusal(head, &["--pairs", "F3-nose"]);
    assert!(error.contains("F3-nose"), "{error}");
    let error = refusal(head, &["--notch", "70"]);
    assert!(error.contains("line_hz is 70"), "{error}");
    let heart = fixture("recordings/ecg.edf");
    let error = refusal(heart.to_str().unwrap(), &[]);
    assert!(
        error.contains("no channel is EEG (ECG: not EEG by its name"),
        "{error}"
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no_rate.csv");
    fs::write(&path, "Fp1,Fp2\n1,2\n2,3\n3,5\n").unwrap();
    let error = refusal(path.to_str().unwrap(), &[]);
    assert!(error.contains("--rate"), "{error}");
}

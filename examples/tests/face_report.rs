//! The `face_report` program as a user meets it: the page it writes, and how it ends on bad input.
#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod reports;

use std::{
    fs,
    path::{Path, PathBuf},
};

use emo_testing::fixture;
use image::{Rgb, RgbImage};
use tempfile::TempDir;

use crate::reports::{text, tile};

/// The page about a file, and what the program says of it.
#[track_caller]
fn page(file: &Path, arguments: &[&str]) -> (String, String) {
    let (page, output) = reports::report("face_report", file, arguments);
    (page, text(&output.stdout))
}

#[track_caller]
fn failure(arguments: &[&str]) -> String {
    reports::failure("face_report", arguments)
}

fn portrait() -> PathBuf {
    fixture("recordings").join("portrait.jpg")
}

/// The value beside a name in a table.
#[track_caller]
fn cell<'p>(page: &'p str, name: &str) -> &'p str {
    let after = page.split(&format!("<td>{name}</td><td>")).nth(1);
    after.unwrap().split("</td>").next().unwrap()
}

/// A page that a browser shows alone: nothing from elsewhere, no coordinate that is not a number.
#[track_caller]
fn assert_is_whole(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    assert!(!page.contains(">NaN") && !page.contains("\"NaN") && !page.contains("inf "));
    assert!(!page.contains("<script") && !page.contains("<link"));
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    assert_eq!(
        page.matches("<img").count(),
        page.matches("src=\"data:").count()
    );
}

#[test]
fn a_face_in_a_box_is_straightened_and_described() {
    let (page, said) = page(&portrait(), &["--face", "165,65,120,120"]);
    assert_is_whole(&page);
    assert!(said.contains("the face in the given box"), "{said}");
    assert_eq!(
        (tile(&page, "faces"), tile(&page, "size")),
        ("1", "120 × 120")
    );
    // The pupils, marked by eye, are turned by 2.7°.
    let roll: f64 = tile(&page, "roll").trim_end_matches('°').parse().unwrap();
    assert!((roll - 2.7).abs() < 2.0, "{roll}");
    for title in [
        "Straightened",
        "As it lies",
        "Network&#39;s input",
        "Equalised",
        "CLAHE",
        "Edges",
        "HOG",
        "LBP",
        "Gabor",
        "DCT",
    ] {
        let title = title.replace("&#39;", "'");
        assert_eq!(
            page.matches(&format!("<b>{title}</b>")).count(),
            1,
            "{title}"
        );
    }
    let mark = |name| cell(&page, name).parse::<f64>().unwrap();
    let marks = ["sharpness", "exposure", "size", "pose", "symmetry"].map(mark);
    let product: f64 = marks.iter().product();
    assert!((product - mark("all, their product")).abs() < 0.011);
    // Two eyes and a box on the frame.
    assert_eq!(page.matches("<circle class=\"bright\"").count(), 2);
    let events: f64 = cell(&page, "edge events").parse().unwrap();
    let density = cell(&page, "edge density").trim_end_matches(" %");
    assert!((events / 125.44 - density.parse::<f64>().unwrap()).abs() < 0.051);
}

#[test]
fn a_face_is_found_where_it_is() {
    let (page, said) = page(&portrait(), &[]);
    assert_is_whole(&page);
    assert!(said.contains("1 face"), "{said}");
    assert_eq!(tile(&page, "faces"), "1");
    assert!(page.contains("one face was found"));
    // The box lies about the marked face's middle, 224, 124, and its eyes are the pupils.
    let numbers = |text: &str| -> Vec<f64> {
        let numbers = text.split([',', '×']);
        numbers
            .map(|number| number.trim().parse().unwrap())
            .collect()
    };
    let bounds = numbers(cell(&page, "box"));
    assert!(
        (bounds[0] + bounds[2] / 2.0 - 224.0).abs() < 20.0,
        "{bounds:?}"
    );
    assert!(
        (bounds[1] + bounds[3] / 2.0 - 124.0).abs() < 20.0,
        "{bounds:?}"
    );
    let left = numbers(cell(&page, "left eye"));
    assert!((left[0] - 202.9).hypot(left[1] - 101.0) < 4.4, "{left:?}");
}

#[test]
fn a_picture_without_a_face_says_so() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("slope <&>.png");
    RgbImage::from_fn(300, 80, |x, y| Rgb([(x / 2) as u8, (2 * y) as u8, 90]))
        .save(&file)
        .unwrap();
    let (page, said) = page(&file, &[]);
    assert_is_whole(&page);
    assert!(said.contains("no face found"), "{said}");
    assert!(page.contains("no face was found, so the whole picture is described"));
    assert!(page.contains("<h1>slope &lt;&amp;&gt;.png</h1>"));
    assert_eq!((tile(&page, "faces"), tile(&page, "roll")), ("0", "0.0°"));
    assert_eq!(page.matches("<circle").count(), 0);
    assert_eq!(page.matches("<figure>").count(), 9);
}

#[test]
fn odd_pictures_have_pages_too() {
    let folder = TempDir::new().unwrap();
    for (width, height) in [(1, 1), (2000, 3), (3, 2000), (48, 48)] {
        let file = folder.path().join(format!("{width}x{height}.png"));
        RgbImage::from_fn(width, height, |x, _| Rgb([x as u8; 3]))
            .save(&file)
            .unwrap();
        let (page, _) = page(&file, &[]);
        assert_is_whole(&page);
        assert!(page.contains(&format!("{width} × {height} pixels")));
    }
}

#[test]
fn failures_name_the_file_and_leave_no_page() {
    let folder = TempDir::new().unwrap();
    let bad = folder.path().join("text.jpg");
    fs::write(&bad, "not a picture").unwrap();
    let out = folder.path().join("report.html");
    let out = out.to_str().unwrap();
    let message = failure(&[bad.to_str().unwrap(), "-o", out]);
    assert!(message.contains("text.jpg"), "{message}");
    let file = portrait();
    let file = file.to_str().unwrap();
    let message = failure(&[file, "--face", "600,0,20,20", "-o", out]);
    assert!(message.contains("covers no pixel"), "{message}");
    let message = failure(&[file, "--face", "1,2", "-o", out]);
    assert!(message.contains("expected x,y,width,height"), "{message}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

//! What a picture of faces holds, as one HTML page without scripts: the frame with boxes and eyes, and of each face its
//! straightened crop, its quality, and what descriptors see of it.
//!
//! ```text
//! cargo run --release --example face_report -- picture.jpg --output report.html
//! ```

mod analysis;
mod descriptors;
mod page;

use std::{error::Error, io::Write as _, path::PathBuf, process::ExitCode};

use clap::Parser;
use emo_examples::{conclude, parse_face, replace};
use emo_fusion::image::FaceBox;

use crate::analysis::Analysis;

/// Draws a report of the faces in a picture.
///
/// A picture in which no face is found is described as if it were one.
#[derive(Debug, Parser)]
#[command(name = "face_report", version)]
struct Args {
    /// The picture: JPEG, PNG, WebP, BMP or PNM.
    file: PathBuf,
    /// Where the face is [default: searched for].
    #[arg(long, value_name = "X,Y,WIDTH,HEIGHT", allow_hyphen_values = true, value_parser = parse_face)]
    face: Option<FaceBox>,
    /// Where to write the page.
    #[arg(
        short,
        long,
        visible_alias = "out",
        value_name = "FILE.html",
        default_value = "face_report.html"
    )]
    output: PathBuf,
}

fn main() -> ExitCode {
    conclude(report(&Args::parse()))
}

fn report(args: &Args) -> Result<String, Box<dyn Error>> {
    let analysis = Analysis::new(&args.file, args.face)?;
    let page = page::page(&analysis)?;
    replace(&args.output, |file| file.write_all(page.as_bytes()))?;
    Ok(format!("{}: {}", args.output.display(), analysis.summary()))
}

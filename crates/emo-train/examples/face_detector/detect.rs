//! The detector's faces in frames, and the time that they take.

use std::{error::Error, fs, path::Path, time::Instant};

use emo_image::{CascadeConfig, CascadeDetector, FaceDetector, Plane};

use crate::DetectOptions;

/// Writes the faces of each PGM frame of a folder as CSV and prints the time of a frame.
pub(crate) fn detect(options: &DetectOptions) -> Result<(), Box<dyn Error>> {
    let mut config = CascadeConfig::default();
    config.min_size = options.min_size;
    config.scale_step = options.scale_step;
    config.stride = options.stride;
    config.overlap = options.overlap;
    config.score = 0.0;
    let mut detector = match &options.model {
        Some(path) => CascadeDetector::from_bytes(&fs::read(path)?, config)?,
        None => CascadeDetector::new(config)?,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(&options.frames)? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pgm"));
    paths.sort();
    let mut out = csv::Writer::from_path(&options.out)?;
    out.write_record(["frame", "x", "y", "width", "height", "score"])?;
    let mut millis = Vec::new();
    for path in &paths {
        let (pixels, width) = read_pgm(path)?;
        let frame = Plane::new(&pixels, width, pixels.len() / width)?;
        let start = Instant::now();
        let faces = detector.detect(frame)?;
        millis.push(start.elapsed().as_secs_f64() * 1e3);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for face in faces {
            let bounds = face.bounds;
            out.write_record([
                name.to_string(),
                bounds.x.to_string(),
                bounds.y.to_string(),
                bounds.width.to_string(),
                bounds.height.to_string(),
                face.score.to_string(),
            ])?;
        }
    }
    out.flush()?;
    millis.sort_by(f64::total_cmp);
    let median = millis.get(millis.len() / 2).ok_or("there are no frames")?;
    println!(
        "{} frames, {median:.2} ms per frame in the median",
        paths.len()
    );
    Ok(())
}

fn read_pgm(path: &Path) -> Result<(Vec<u8>, usize), Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let header: Vec<&[u8]> = bytes.splitn(4, |&byte| byte == b'\n').collect();
    let [b"P5", size, b"255", pixels] = header[..] else {
        return Err(format!("{} is no PGM of this program", path.display()).into());
    };
    let size = std::str::from_utf8(size)?;
    let width = size.split(' ').next().unwrap_or_default().parse()?;
    Ok((pixels.to_vec(), width))
}

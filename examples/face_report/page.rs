//! The page around the pictures.

use std::{error::Error, fmt::Write as _};

use emo_examples::report::{self, figure, html_table, photo_uri, pictures, section, tables};
use emo_fusion::image::{FaceBox, FaceQuality};

use crate::{
    analysis::{Analysis, Described, Origin},
    descriptors::Descriptors,
};

/// The faces that are described one by one.
const MAX_DESCRIBED: usize = 6;

/// The frame's largest size on the page, in pixels.
const FRAME: (f64, f64) = (1100.0, 760.0);

/// The whole page.
pub(crate) fn page(analysis: &Analysis) -> Result<String, Box<dyn Error>> {
    let mut body = tiles(analysis);
    body += &figure(&frame(analysis)?);
    if analysis.faces.len() > 1 {
        body += &tables([faces_table(analysis)]);
    }
    for (index, face) in analysis.faces.iter().take(MAX_DESCRIBED).enumerate() {
        let descriptors = Descriptors::new(analysis, face)?;
        let heading = match analysis.origin {
            Origin::Whole => "The whole picture".to_owned(),
            Origin::Told => "The face in the box".to_owned(),
            Origin::Detected => format!("Face {}", index + 1),
        };
        body += &section(&heading, &about_face(face, analysis.origin));
        body += &pictures(descriptors.pictures);
        body += &tables([
            quality_table(&face.quality),
            place_table(face),
            html_table(
                "Descriptors",
                ["of the straightened crop", ""],
                descriptors.numbers,
            ),
        ]);
    }
    Ok(report::page(&analysis.name, &about(analysis), &body))
}

fn about(analysis: &Analysis) -> String {
    let (width, height) = (analysis.grey.width(), analysis.grey.height());
    let what = match (analysis.origin, analysis.faces.len()) {
        (Origin::Whole, _) => {
            "no face was found, so the whole picture is described as if it were one".to_owned()
        }
        (Origin::Told, _) => "the face is where the command line says".to_owned(),
        (Origin::Detected, 1) => "one face was found".to_owned(),
        (Origin::Detected, n) if n > MAX_DESCRIBED => {
            format!("{n} faces were found, of which the {MAX_DESCRIBED} surest are described")
        }
        (Origin::Detected, n) => format!("{n} faces were found"),
    };
    format!("{width} × {height} pixels; {what}.")
}

fn about_face(face: &Described, origin: Origin) -> String {
    if origin == Origin::Whole {
        return "It is squeezed to a square and not turned, as nothing says that it is a face."
            .to_owned();
    }
    let Some(eyes) = face.face.eyes else {
        return "Nothing in it looks like two eyes, so it is not turned.".to_owned();
    };
    let confidence = eyes.confidence;
    if face.roll_degrees == 0.0 {
        return format!(
            "What may be its eyes has a confidence of {confidence:.2}, too little to turn it by."
        );
    }
    format!(
        "The line through its eyes is turned by {} with a confidence of {confidence:.2}.",
        degrees(face.roll_degrees)
    )
}

fn tiles(analysis: &Analysis) -> String {
    let n_faces = match analysis.origin {
        Origin::Whole => 0,
        Origin::Detected | Origin::Told => analysis.faces.len(),
    };
    let mut tiles = vec![("faces", n_faces.to_string(), "in the picture")];
    if let Some(face) = analysis.faces.first() {
        let FaceBox { width, height, .. } = face.face.bounds;
        let quality = &face.quality;
        tiles.extend([
            (
                "size",
                format!("{width} × {height}"),
                "pixels of the first box",
            ),
            (
                "quality",
                format!("{:.2}", quality.overall()),
                "from 0, unfit, to 1",
            ),
            (
                "roll",
                degrees(face.roll_degrees),
                "clockwise, as the crop follows it",
            ),
        ]);
    }
    report::tiles(tiles)
}

/// The picture with boxes, numbers and eyes.
fn frame(analysis: &Analysis) -> Result<String, Box<dyn Error>> {
    let (width, height) = (analysis.grey.width() as f64, analysis.grey.height() as f64);
    // Small pictures are enlarged, so that what is drawn on them can be told apart.
    let scale = (FRAME.0 / width)
        .min(FRAME.1 / height)
        .min((320.0 / width).max(1.0));
    let (shown_width, shown_height) = ((width * scale).max(1.0), (height * scale).max(1.0));
    let small = match scale < 1.0 {
        true => analysis
            .image
            .thumbnail_exact(shown_width as u32, shown_height as u32),
        false => analysis.image.clone(),
    };
    let small = small.to_rgb8();
    let uri = photo_uri(small.width() as usize, small.height() as usize, |x, y| {
        small.get_pixel(x as u32, y as u32).0
    })?;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {shown_width:.0} {shown_height:.0}" role="img" aria-label="the picture with its faces" style="width:{shown_width:.0}px;max-width:100%;min-width:0;margin:4px auto"><image width="{shown_width:.0}" height="{shown_height:.0}" preserveAspectRatio="none" href="{uri}"/>"##
    );
    for (index, face) in analysis.faces.iter().enumerate() {
        if analysis.origin != Origin::Whole {
            draw_box(&mut svg, &face.face.bounds, scale, index + 1);
        }
        draw_eyes(&mut svg, face, scale);
    }
    Ok(svg + "</svg>")
}

fn draw_box(svg: &mut String, bounds: &FaceBox, scale: f64, number: usize) {
    let [x, y] = [bounds.x, bounds.y].map(|place| f64::from(place) * scale);
    let [width, height] = [bounds.width, bounds.height].map(|len| f64::from(len) * scale);
    let outline = format!("M{x:.1} {y:.1}h{width:.1}v{height:.1}h{:.1}z", -width);
    let tag_y = if y < 18.0 { y + height } else { y - 18.0 };
    let _ = write!(
        svg,
        r##"<path class="rim" d="{outline}"/><path class="bright" d="{outline}" stroke="#fde047"/><rect x="{x:.1}" y="{tag_y:.1}" width="20" height="18" fill="#fde047"/><text x="{:.1}" y="{:.1}" text-anchor="middle" style="font-size:13px;font-weight:600;fill:#1b2430">{number}</text>"##,
        x + 10.0,
        tag_y + 13.5
    );
}

/// The eyes that a face is turned by, and the line between them.
fn draw_eyes(svg: &mut String, face: &Described, scale: f64) {
    let Some(eyes) = face.face.eyes.filter(|_| face.roll_degrees != 0.0) else {
        return;
    };
    // Whole numbers are the centres of pixels.
    let [left, right] =
        [eyes.left, eyes.right].map(|place| place.map(|place| (place + 0.5) * scale));
    let radius = (0.09 * eyes.distance() * scale).clamp(3.0, 14.0);
    let line = format!(
        "M{:.1} {:.1}L{:.1} {:.1}",
        left[0], left[1], right[0], right[1]
    );
    let _ = write!(
        svg,
        r##"<path class="rim" d="{line}"/><path class="bright" d="{line}" stroke="#7dd3fc" stroke-dasharray="5 3"/>"##
    );
    for [x, y] in [left, right] {
        let _ = write!(
            svg,
            r##"<circle class="rim" cx="{x:.1}" cy="{y:.1}" r="{radius:.1}"/><circle class="bright" cx="{x:.1}" cy="{y:.1}" r="{radius:.1}" stroke="#7dd3fc"/>"##
        );
    }
}

fn faces_table(analysis: &Analysis) -> String {
    let rows = analysis.faces.iter().enumerate().map(|(index, face)| {
        let FaceBox {
            x,
            y,
            width,
            height,
        } = face.face.bounds;
        let confidence = face.face.eyes.map_or(0.0, |eyes| eyes.confidence);
        [
            (index + 1).to_string(),
            format!("{x}, {y}"),
            format!("{width} × {height}"),
            face.face
                .score
                .map_or(String::new(), |score| format!("{score:.1}")),
            degrees(face.roll_degrees),
            format!("{confidence:.2}"),
            format!("{:.2}", face.quality.overall()),
        ]
    });
    let heads = [
        "face",
        "left, top",
        "pixels",
        "score",
        "roll",
        "eyes",
        "quality",
    ];
    html_table("Faces, the surest first", heads, rows)
}

fn quality_table(quality: &FaceQuality) -> String {
    let row = |name: &str, mark: f32| [name.to_owned(), format!("{mark:.2}")];
    let seen = [
        row("sharpness", quality.sharpness),
        row("exposure", quality.exposure),
        row("size", quality.size),
    ];
    // Without eyes the face is not straightened, and neither of these counts.
    let straightened = quality
        .pose
        .map(|pose| [row("pose", pose), row("symmetry", quality.symmetry)]);
    let rows = seen.into_iter().chain(straightened.into_iter().flatten());
    let rows = rows.chain([row("all, their product", quality.overall())]);
    html_table("Quality", ["mark from 0 to 1", ""], rows)
}

fn place_table(face: &Described) -> String {
    let mut rows = vec![[
        "box".to_owned(),
        format!(
            "{}, {}, {} × {}",
            face.face.bounds.x, face.face.bounds.y, face.face.bounds.width, face.face.bounds.height
        ),
    ]];
    if let Some(score) = face.face.score {
        rows.push(["detector's score".to_owned(), format!("{score:.1}")]);
    }
    if let Some(eyes) = face.face.eyes {
        let place = |[x, y]: [f64; 2]| format!("{x:.1}, {y:.1}");
        rows.extend([
            ["left eye".to_owned(), place(eyes.left)],
            ["right eye".to_owned(), place(eyes.right)],
            [
                "their distance".to_owned(),
                format!("{:.1}", eyes.distance()),
            ],
            ["their roll".to_owned(), degrees(eyes.roll_degrees())],
            ["confidence".to_owned(), format!("{:.2}", eyes.confidence)],
        ]);
    }
    html_table("Place, in pixels", ["in the picture", ""], rows)
}

/// Clockwise where it is above 0.
pub(crate) fn degrees(angle: f64) -> String {
    format!("{angle:.1}°").replace('-', "−")
}

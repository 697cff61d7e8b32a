//! What descriptors see of a face, as pictures.

use std::{error::Error, f64::consts::PI, fmt::Write as _};

use emo_examples::report::{coloured_uri, data_uri, pixels};
use emo_fusion::{
    image::{
        CannyConfig, Clahe, ClaheConfig, Dct, EdgeMap, Equalization, FaceCrop, FaceCropConfig,
        GaborBank, GreyImage, Hog, HogConfig, Interpolation, Lbp, LbpConfig, Plane,
    },
    ndarray::Array2,
};

use crate::{
    analysis::{Analysis, Described, Origin},
    page::degrees,
};

/// A picture with its title and what it shows, and what is to be said of it in numbers.
pub(crate) struct Descriptors {
    pub(crate) pictures: Vec<(String, &'static str, String)>,
    pub(crate) numbers: Vec<[String; 2]>,
}

type Failure = Box<dyn Error>;

impl Descriptors {
    pub(crate) fn new(analysis: &Analysis, face: &Described) -> Result<Self, Failure> {
        let crop = &face.crop;
        let levels = crop.to_u8();
        let plane = Plane::new(&levels, crop.width(), crop.height())?;
        let edges = EdgeMap::new(plane, CannyConfig::default())?;
        let density = format!("{:.1} %", 100.0 * f64::from(edges.density()));
        let codes = Lbp::new(LbpConfig::default())?.compute(plane);
        let n_uniform = codes.iter().filter(|code| **code <= 8).count();
        let uniform = format!("{:.1} %", 100.0 * n_uniform as f64 / codes.len() as f64);
        let mut pictures = vec![(
            grey_uri(crop)?,
            if analysis.origin == Origin::Whole {
                "Squeezed"
            } else {
                "Straightened"
            },
            if face.roll_degrees == 0.0 {
                "not turned; 112 × 112 pixels".to_owned()
            } else {
                let roll = degrees(face.roll_degrees);
                format!("the box turned by {roll}, as its eyes are; 112 × 112 pixels")
            },
        )];
        if face.roll_degrees != 0.0 {
            let text = "the same box without the turn".to_owned();
            pictures.push((grey_uri(&face.upright)?, "As it lies", text));
        }
        pictures.extend([
            (
                seed(analysis, face)?,
                "Network's input",
                "as the emotion models take it, 48 × 48 pixels".to_owned(),
            ),
            (
                levels_uri(&Equalization::OpenCv.compute(plane))?,
                "Equalised",
                "all levels equally frequent".to_owned(),
            ),
            (
                levels_uri(&Clahe::new(ClaheConfig::default())?.compute(plane))?,
                "CLAHE",
                "the same in 8 × 8 tiles, with contrast limited to 2".to_owned(),
            ),
            (
                edge_picture(&edges)?,
                "Edges",
                format!("by Canny, at {density} of the pixels: a spike each"),
            ),
            (
                hog(crop)?,
                "HOG",
                "how edges run in cells of 8 × 8 of 64 × 64 pixels".to_owned(),
            ),
            (
                picture(
                    &codes.mapv(|code| f64::from(code) / 9.0),
                    "local binary patterns",
                )?,
                "LBP",
                format!("ones among 8 neighbours; uniform at {uniform} of the pixels"),
            ),
            (
                gabor(plane)?,
                "Gabor",
                "strength of waves of 6 and 12 pixels (rows) at 0°, 45°, 90° and 135°".to_owned(),
            ),
            (
                dct(plane)?,
                "DCT",
                "logarithm of the coefficients, the slowest at the top left".to_owned(),
            ),
        ]);
        let mean = crop.levels().mean().unwrap_or_default();
        let deviation = crop.levels().std(0.0);
        let numbers = vec![
            ["mean level of 255".to_owned(), format!("{mean:.0}")],
            ["deviation of levels".to_owned(), format!("{deviation:.0}")],
            ["edge density".to_owned(), density],
            ["edge events".to_owned(), edges.events().len().to_string()],
            ["uniform patterns".to_owned(), uniform],
        ];
        Ok(Self { pictures, numbers })
    }
}

/// Levels from 0 to 255 as grey pixels.
fn grey_uri(image: &GreyImage) -> Result<String, Failure> {
    levels_uri(&image.levels().mapv(|level| level.round() as u8))
}

fn levels_uri(levels: &Array2<u8>) -> Result<String, Failure> {
    let (height, width) = levels.dim();
    let uri = coloured_uri(width, height, |x, y| {
        let level = levels[[y, x]];
        [level, level, level, 255]
    })?;
    Ok(pixels(&uri, "face in grey"))
}

/// Shares from 0 to 1 in colours.
fn picture(shares: &Array2<f64>, meaning: &str) -> Result<String, Failure> {
    let (height, width) = shares.dim();
    let uri = data_uri(width, height, |x, y| shares[[y, x]])?;
    Ok(pixels(&uri, meaning))
}

/// What [`FaceCrop`] makes of the box, or of the whole picture.
fn seed(analysis: &Analysis, face: &Described) -> Result<String, Failure> {
    let bounds = (analysis.origin != Origin::Whole).then_some(face.face.bounds);
    let crop = FaceCrop::new(FaceCropConfig::default())?.compute(&analysis.grey, bounds)?;
    let levels = crop.index_axis(emo_fusion::ndarray::Axis(0), 0);
    levels_uri(&levels.mapv(|share| (255.0 * share).round() as u8))
}

fn edge_picture(edges: &EdgeMap) -> Result<String, Failure> {
    let (width, dense) = (edges.width(), edges.to_dense());
    let uri = coloured_uri(width, edges.height(), |x, y| {
        let level = 255 - 230 * dense[y * width + x] as u8;
        [level, level, level, 255]
    })?;
    Ok(pixels(&uri, "edges"))
}

/// Each cell's histogram as lines along the edges, darker where there are more.
fn hog(crop: &GreyImage) -> Result<String, Failure> {
    const SIDE: usize = 64;
    let face = crop.resize(SIDE, SIDE, Interpolation::Auto)?;
    let HogConfig {
        n_bins,
        cell,
        block,
        ..
    } = HogConfig::default();
    let values = Hog::new(HogConfig::default())?.compute(Plane::from(&face))?;
    let n_cells = SIDE / cell;
    let n_blocks = n_cells + 1 - block;
    // A cell is in up to four blocks.
    let mut sums = Array2::<f64>::zeros((n_cells * n_cells, n_bins));
    let mut counts = vec![0.0; n_cells * n_cells];
    for (index, histogram) in values.to_vec().chunks_exact(n_bins).enumerate() {
        let (blocks, within) = (index / (block * block), index % (block * block));
        let row = blocks / n_blocks + within / block;
        let column = blocks % n_blocks + within % block;
        counts[row * n_cells + column] += 1.0;
        let mut sum = sums.row_mut(row * n_cells + column);
        for (sum, value) in sum.iter_mut().zip(histogram) {
            *sum += f64::from(*value);
        }
    }
    let mut svg = String::from(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="directions of edges"><rect width="64" height="64" fill="#fbfbfc"/>"##,
    );
    for (index, sum) in sums.outer_iter().enumerate() {
        let middle = |place: usize| (place as f64 + 0.5) * cell as f64;
        let (x, y) = (middle(index % n_cells), middle(index / n_cells));
        for (bin, value) in sum.iter().enumerate() {
            let share = (value / counts[index] / 0.4).min(1.0);
            if share < 0.08 {
                continue;
            }
            // An edge runs across its gradient.
            let (sin, cos) = (PI * (bin as f64 + 0.5) / n_bins as f64).sin_cos();
            let (dx, dy) = (-3.6 * sin, 3.6 * cos);
            let _ = write!(
                svg,
                r##"<path d="M{:.1} {:.1}L{:.1} {:.1}" stroke="#1f3a5f" stroke-width=".7" stroke-opacity="{share:.2}"/>"##,
                x - dx,
                y - dy,
                x + dx,
                y + dy
            );
        }
    }
    Ok(svg + "</svg>")
}

/// Responses side by side, each over the strongest of its wavelength.
fn gabor(plane: Plane<'_, u8>) -> Result<String, Failure> {
    const WAVES: [f64; 2] = [6.0, 12.0];
    const DIRECTIONS: usize = 4;
    let responses = GaborBank::of_wavelengths(&WAVES, DIRECTIONS, 31)?.compute(plane);
    let strongest = [0, 1].map(|wave| {
        let of_wave = responses
            .outer_iter()
            .skip(wave * DIRECTIONS)
            .take(DIRECTIONS);
        let all = of_wave.flat_map(|response| response.iter().copied().collect::<Vec<_>>());
        all.fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()))
    });
    let (width, height) = (plane.width(), plane.height());
    let uri = data_uri(DIRECTIONS * width, WAVES.len() * height, |x, y| {
        let (wave, direction) = (y / height, x / width);
        let value = responses[[wave * DIRECTIONS + direction, y % height, x % width]];
        f64::from(value.abs() / strongest[wave])
    })?;
    Ok(pixels(&uri, "responses of Gabor filters"))
}

fn dct(plane: Plane<'_, u8>) -> Result<String, Failure> {
    let coefficients = Dct::new(plane.width(), plane.height())?.compute(plane)?;
    let logarithms = coefficients.mapv(|value| (1.0 + value.abs()).ln());
    let most = logarithms.fold(f64::MIN_POSITIVE, |most, value| most.max(*value));
    picture(&(logarithms / most), "cosine transform")
}

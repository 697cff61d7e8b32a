//! How each reference is computed with this crate.

use std::path::{Path, PathBuf};

use emo_image::ndarray::{Array, Array2, Dimension};
use emo_image::*;

/// A picture of 8 bits with its samples, pixel by pixel.
pub(crate) struct Picture {
    pub(crate) samples: Vec<u8>,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) image: DynamicImage,
}

impl Picture {
    fn open(path: &Path) -> Self {
        let image = decode_file(path, &Limits::default()).unwrap();
        let samples = match &image {
            DynamicImage::ImageLuma8(image) => image.as_raw().clone(),
            DynamicImage::ImageRgb8(image) => image.as_raw().clone(),
            DynamicImage::ImageRgba8(image) => image.as_raw().clone(),
            _ => Vec::new(),
        };
        Self {
            samples,
            width: image.width() as usize,
            height: image.height() as usize,
            image,
        }
    }

    pub(crate) fn plane(&self) -> Plane<'_, u8> {
        Plane::new(&self.samples, self.width, self.height).unwrap()
    }

    /// The planes of a picture in colours.
    pub(crate) fn planes(&self) -> [Vec<u8>; 3] {
        [0, 1, 2].map(|c| self.samples.iter().skip(c).step_by(3).copied().collect())
    }
}

pub(crate) fn all<T: Into<f64>, D: Dimension>(array: Array<T, D>) -> Vec<f64> {
    array.into_iter().map(Into::into).collect()
}

fn grey_levels(picture: &Picture) -> Vec<f64> {
    let grey = GreyImage::from_image(&picture.image).unwrap();
    grey.levels().iter().copied().map(f64::from).collect()
}

pub(crate) fn compute(name: &str, inputs: &[PathBuf]) -> Option<Vec<f64>> {
    let pictures: Vec<_> = inputs
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e != "json"))
        .map(|path| Picture::open(path))
        .collect();
    decoded(name, &pictures)
        .or_else(|| edges(name, &pictures))
        .or_else(|| descriptors(name, &pictures))
        .or_else(|| statistics(name, &pictures))
        .or_else(|| colours(name, &pictures))
        .or_else(|| normalised(name, &pictures))
        .or_else(|| resized(name, &pictures))
        .or_else(|| aligned(name, inputs, &pictures))
}

fn decoded(name: &str, pictures: &[Picture]) -> Option<Vec<f64>> {
    let picture = pictures.first()?;
    let stored = || picture.samples.iter().copied().map(f64::from).collect();
    Some(match name {
        _ if name.starts_with("cv_rgb2gray_u8") => grey_levels(picture),
        // OpenCV takes the luma as stored, from which the picture's grey is at most a level off.
        "cv_jpeg_as_gray_face200x300_q90_420" => grey_levels(picture),
        "cv_rgb2gray_f32" => {
            let image = DynamicImage::ImageRgb32F(picture.image.to_rgb32f());
            let grey = GreyImage::from_image(&image).unwrap();
            grey.levels()
                .iter()
                .map(|v| f64::from(*v / 255.0))
                .collect()
        }
        "cv_png16" => {
            let samples = picture.image.as_luma16().unwrap().as_raw();
            samples.iter().copied().map(f64::from).collect()
        }
        "cv_png16_as_gray8" => grey_levels(picture),
        "pil_rgba_to_rgb" => {
            let rgb = picture.image.to_rgb8();
            rgb.as_raw().iter().copied().map(f64::from).collect()
        }
        _ if name.contains("_jpeg_") || name.contains("_exif") => stored(),
        _ => return None,
    })
}

fn edges(name: &str, pictures: &[Picture]) -> Option<Vec<f64>> {
    let plane = pictures.first()?.plane_or_none()?;
    let derivative = |derivative: Derivative| all(derivative.compute(plane));
    Some(match name {
        _ if name.starts_with("cv_sobel3_dx") => derivative(Derivative::Sobel3X),
        _ if name.starts_with("cv_sobel3_dy") => derivative(Derivative::Sobel3Y),
        _ if name.starts_with("cv_sobel5_dx") => derivative(Derivative::Sobel5X),
        _ if name.starts_with("cv_sobel5_dy") => derivative(Derivative::Sobel5Y),
        "cv_scharr_dx" => derivative(Derivative::ScharrX),
        "cv_laplacian3" => all(laplacian3(plane)),
        _ if name.starts_with("ski_sobel_h") => all(sobel_edges(plane, SobelEdges::Horizontal)),
        _ if name.starts_with("ski_sobel") => all(sobel_edges(plane, SobelEdges::Magnitude)),
        _ if name.starts_with("cv_canny_100_200") => {
            let mut config = CannyConfig::default();
            if name.contains("_l2_") {
                config.norm = GradientNorm::L2;
            }
            all(Canny::new(config).unwrap().compute(plane))
        }
        _ if name.starts_with("ski_canny_s1") => {
            let canny = GaussianCanny::new(GaussianCannyConfig::default()).unwrap();
            all(canny.compute(plane).mapv(|edge| edge / 255))
        }
        "cv_gaussian5_u8" => {
            let kernel = SmoothingKernel::gaussian_of_len(5).unwrap();
            all(smooth(plane, &kernel, Border::Reflect101).mapv(f64::round))
        }
        "cv_gaussian_s1p5_f32" => {
            let kernel = SmoothingKernel::gaussian(1.5, 4.0).unwrap();
            all(smooth(plane, &kernel, Border::Reflect101))
        }
        "scipy_gauss_face48" => {
            let kernel = SmoothingKernel::gaussian(1.5, 4.0).unwrap();
            all(smooth(plane, &kernel, Border::Reflect))
        }
        "cv_box3" => {
            let kernel = SmoothingKernel::moving_average(3).unwrap();
            all(smooth(plane, &kernel, Border::Reflect101).mapv(f64::round))
        }
        "cv_median3" => all(median3(plane)),
        _ => return None,
    })
}

fn descriptors(name: &str, pictures: &[Picture]) -> Option<Vec<f64>> {
    match name {
        "cv_gabor_kernels" => {
            let bank = GaborBank::of_wavelengths(&[4.0, 8.0], 4, 15).unwrap();
            return Some(bank.kernels().iter().flatten().copied().collect());
        }
        "ski_gabor_kernel" => {
            let kernels = complex_gabor_kernels(0.2, std::f64::consts::FRAC_PI_4, 1.0).unwrap();
            return Some(kernels.iter().flatten().copied().collect());
        }
        "ski_hog_rgb_face64" => {
            let picture = pictures.first()?;
            let planes = picture.planes();
            let planes = [0, 1, 2].map(|c| Plane::new(&planes[c], 64, 64).unwrap());
            let mut hog = Hog::new(HogConfig::default()).unwrap();
            return Some(all(hog.compute_planes(&planes).unwrap()));
        }
        _ => {}
    }
    let plane = pictures.first()?.plane_or_none()?;
    let hog = |change: fn(&mut HogConfig)| {
        let mut config = HogConfig::default();
        change(&mut config);
        all(Hog::new(config).unwrap().compute(plane).unwrap())
    };
    let lbp = |n_points: usize, radius: f64, method: LbpMethod| {
        let mut config = LbpConfig::default();
        (config.n_points, config.radius, config.method) = (n_points, radius, method);
        Lbp::new(config).unwrap()
    };
    let (uniform, by_rotation) = (LbpMethod::Uniform, LbpMethod::UniformByRotation);
    let lbp8 = |method: LbpMethod| all(lbp(8, 1.0, method).compute(plane));
    Some(match name {
        _ if name.starts_with("ski_hog_l2hys") => hog(|_| {}),
        "ski_hog_l1_face48" => hog(|c| c.norm = BlockNorm::L1),
        "ski_hog_l1sqrt_face48" => hog(|c| c.norm = BlockNorm::L1Sqrt),
        "ski_hog_l2_face48" => hog(|c| c.norm = BlockNorm::L2),
        "ski_hog_sqrt_face48" => hog(|c| c.sqrt = true),
        _ if name.starts_with("cv_hog_") => {
            let mut hog = HogOpenCv::new(HogOpenCvConfig::default()).unwrap();
            all(hog.compute(plane).unwrap())
        }
        _ if name.starts_with("ski_lbp_uniform_8_1") => lbp8(uniform),
        _ if name.starts_with("ski_lbp_default_8_1") => lbp8(LbpMethod::Default),
        _ if name.starts_with("ski_lbp_ror_8_1") => lbp8(LbpMethod::RotationInvariant),
        _ if name.starts_with("ski_lbp_nri_uniform_8_1") => lbp8(by_rotation),
        _ if name.starts_with("ski_lbp_uniform_16_2") => all(lbp(16, 2.0, uniform).compute(plane)),
        "ski_lbp_hist_uniform_4x4" => all(lbp(8, 1.0, uniform).histograms(plane, 4, 4).unwrap()),
        "ski_lbp_hist_nri_4x4" => all(lbp(8, 1.0, by_rotation).histograms(plane, 4, 4).unwrap()),
        "cv_gabor_bank_face48" => {
            let bank = GaborBank::of_wavelengths(&[4.0, 8.0], 4, 15).unwrap();
            all(bank.compute(plane))
        }
        "cv_gabor_stats_face64" => {
            let bank = GaborBank::of_wavelengths(&[4.0, 8.0], 4, 15).unwrap();
            all(bank.statistics(plane))
        }
        "ski_gabor_face48" => {
            all(complex_gabor(plane, 0.2, std::f64::consts::FRAC_PI_4, 1.0).unwrap())
        }
        "cv_dct_face48" | "cv_dct_face64_f32" | "scipy_dct_face48" => {
            let dct = Dct::new(plane.width(), plane.height()).unwrap();
            all(dct.compute(plane).unwrap())
        }
        "scipy_dct8_face48" => all(block_dct(plane, 8).unwrap()),
        _ => return None,
    })
}

fn statistics(name: &str, pictures: &[Picture]) -> Option<Vec<f64>> {
    let plane = pictures.first()?.plane_or_none()?;
    let moments = || pictures.iter().map(|p| LevelStatistics::new(p.plane()));
    Some(match name {
        "cv_hist32_face64_gray" => {
            let bins = histogram_of(plane, 32).unwrap();
            bins.into_iter().map(f64::from).collect()
        }
        "cv_integral_sum" => IntegralImage::new(plane)
            .sums()
            .iter()
            .map(|v| *v as f64)
            .collect(),
        "cv_integral_sqsum" => IntegralImage::new(plane)
            .squares()
            .iter()
            .map(|v| *v as f64)
            .collect(),
        "ski_integral_face48" => {
            let integral = IntegralImage::new(plane);
            let sums = integral.sums().slice(ndarray::s![1.., 1..]).to_owned();
            sums.iter().map(|v| *v as f64).collect()
        }
        "ski_glcm_face48" => {
            let pairs = cooccurrences(plane);
            let levels = (0..8).flat_map(|i| (0..8).map(move |j| [i, j]));
            levels
                .flat_map(|at| pairs.iter().map(move |p| p.shares()[at]))
                .collect()
        }
        "ski_glcm_props_face48" => {
            let measures: [fn(&Cooccurrence) -> f64; 6] = [
                Cooccurrence::contrast,
                Cooccurrence::dissimilarity,
                Cooccurrence::homogeneity,
                Cooccurrence::angular_second_moment,
                Cooccurrence::energy,
                Cooccurrence::correlation,
            ];
            let pairs = cooccurrences(plane);
            measures.iter().flat_map(|m| pairs.iter().map(m)).collect()
        }
        "ski_entropy" => pictures.iter().map(|p| level_entropy(p.plane())).collect(),
        "stats_gray" => moments()
            .flat_map(|m| [m.mean, m.variance, m.skewness, m.kurtosis])
            .collect(),
        "cv_meanstddev" => moments().flat_map(|m| [m.mean, m.std()]).collect(),
        "cv_laplacian1_variance" => pictures
            .iter()
            .map(|p| {
                let levels = p.samples.iter().copied().map(f32::from).collect();
                let levels = Array2::from_shape_vec((p.height, p.width), levels).unwrap();
                laplacian_variance(&GreyImage::new(&levels).unwrap())
            })
            .collect(),
        _ => return None,
    })
}

fn cooccurrences(plane: Plane<'_, u8>) -> Vec<Cooccurrence> {
    let angles = (0..4).map(|quarter| f64::from(quarter) * std::f64::consts::FRAC_PI_4);
    angles
        .map(|angle| Cooccurrence::new(plane, 8, 1.0, angle).unwrap())
        .collect()
}

impl Picture {
    /// The plane of a grey picture.
    pub(crate) fn plane_or_none(&self) -> Option<Plane<'_, u8>> {
        (self.samples.len() == self.width * self.height).then(|| self.plane())
    }
}

fn colours(name: &str, pictures: &[Picture]) -> Option<Vec<f64>> {
    let pixels = pictures.first()?.samples.as_chunks::<3>().0;
    let levels = |f: fn([u8; 3]) -> [u8; 3]| pixels.iter().flat_map(move |p| f(*p)).map(f64::from);
    Some(match name {
        "cv_rgb2hsv_u8" => levels(colour::hsv_opencv).collect(),
        "cv_rgb2ycrcb_u8" => levels(colour::ycrcb_opencv).collect(),
        "pil_hsv_face64" => levels(colour::hsv_pillow).collect(),
        "cv_rgb2lab_f32" => {
            let table = LabTable::new();
            let unit = |pixel: &[u8; 3]| pixel.map(|level| f32::from(level) / 255.0);
            let colours = pixels.iter().flat_map(|pixel| table.lab(unit(pixel)));
            colours.map(f64::from).collect()
        }
        "ski_rgb2lab_face64" => pixels
            .iter()
            .flat_map(|pixel| colour::lab(*pixel))
            .collect(),
        _ if name.starts_with("pil_L_") => pixels
            .iter()
            .map(|pixel| colour::grey_pillow(*pixel).into())
            .collect(),
        _ if name.starts_with("ski_rgb2gray_") => pixels
            .iter()
            .map(|pixel| colour::grey_bt709(*pixel))
            .collect(),
        "norm_imagenet_face64" | "cv_blob_face64_rgb" => {
            let planes = pictures[0].planes();
            let planes = [0, 1, 2].map(|c| Plane::new(&planes[c], 64, 64).unwrap());
            let [r, g, b] = planes;
            all(if name.starts_with("cv") {
                blob(&[b, g, r], 1.0, &[127.5; 3], &[127.5; 3]).unwrap()
            } else {
                let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
                blob(&planes, 1.0 / 255.0, &mean, &std).unwrap()
            })
        }
        _ => return None,
    })
}

fn normalised(name: &str, pictures: &[Picture]) -> Option<Vec<f64>> {
    let plane = pictures.first()?.plane_or_none()?;
    let clahe = |clip_limit: f32, tiles: usize| {
        let mut config = ClaheConfig::default();
        (config.clip_limit, config.tiles_x, config.tiles_y) = (clip_limit, tiles, tiles);
        all(Clahe::new(config).unwrap().compute(plane))
    };
    Some(match name {
        _ if name.starts_with("cv_equalizehist_") => all(Equalization::OpenCv.compute(plane)),
        _ if name.starts_with("pil_equalize_") => all(Equalization::Pillow.compute(plane)),
        _ if name.starts_with("pil_autocontrast_") => {
            all(Equalization::AutoContrast.compute(plane))
        }
        _ if name.starts_with("ski_equalize_hist_") => all(cumulative_levels(plane)),
        _ if name.starts_with("cv_clahe_2_8x8_") => clahe(2.0, 8),
        _ if name.starts_with("cv_clahe_40_4x4_") => clahe(40.0, 4),
        _ if name.starts_with("ski_adapthist_") => {
            let config = ClaheScikitImageConfig::default();
            all(ClaheScikitImage::new(config).unwrap().compute(plane))
        }
        _ if name.starts_with("norm_perimage_") => all(standardize(plane)),
        _ if name.starts_with("norm_minmax_") => all(min_max(plane)),
        _ => return None,
    })
}

fn aligned(name: &str, inputs: &[PathBuf], pictures: &[Picture]) -> Option<Vec<f64>> {
    if name == "cv_rotation_matrix" {
        return Some(Affine::rotation([31.5, 20.25], 12.5, 0.8).matrix.concat());
    }
    let path = inputs.first()?;
    let map = || {
        let truth = std::fs::read_to_string(path.with_file_name("image_truth.json")).unwrap();
        let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
        let eyes = &truth[format!("inputs/{}", path.file_name().unwrap().display())];
        let eye = |key: &str| [0, 1].map(|axis| eyes[key][axis].as_f64().unwrap());
        Affine::from_eyes(eye("left_in_image_xy"), eye("right_in_image_xy"), 64).unwrap()
    };
    let warp = |outside: Outside| {
        let plane = pictures[0].plane();
        if name.ends_with("__cv4") {
            map().warp_opencv4(plane, 64, 64, outside).unwrap()
        } else {
            map().warp(plane, 64, 64, outside).unwrap()
        }
    };
    Some(match name {
        _ if name.starts_with("eye_matrix_") => map().matrix.concat(),
        _ if name.starts_with("cv_warp_linear_constant_") => {
            all(warp(Outside::Black).mapv(f64::round))
        }
        _ if name.starts_with("cv_warp_linear_replicate_") => {
            all(warp(Outside::Repeat).mapv(f64::round))
        }
        _ if name.starts_with("cv_warp_linear_f32_") => all(warp(Outside::Black)),
        _ if name.starts_with("pil_warp_bilinear_") => all(warp(Outside::Cut).mapv(f64::round)),
        _ if name.starts_with("ski_warp_o1_") => all(warp(Outside::Black) / 255.0),
        _ => return None,
    })
}

/// Resized pictures; scikit-image's levels go from 0 to 1.
fn resized(name: &str, pictures: &[Picture]) -> Option<Vec<f64>> {
    let (kind, rest) = name.split_once("_resize_")?;
    let (filter, rest) = match kind {
        "cv" => open_cv_filter(rest),
        "pil" => pillow_filter(rest),
        _ => scikit_image_filter(rest),
    };
    let side: usize = rest
        .split_once("_to")?
        .1
        .split('_')
        .next()?
        .parse()
        .unwrap();
    let mut config = ResizeConfig::new(side, side);
    config.filter = filter;
    let mut resize = Resize::new(config).unwrap();
    let picture = pictures.first()?;
    if rest.starts_with("f32_") || kind == "ski" {
        let levels: Vec<f32> = picture.samples.iter().copied().map(f32::from).collect();
        let plane = Plane::new(&levels, picture.width, picture.height).unwrap();
        let white = if kind == "ski" { 255.0 } else { 1.0 };
        return Some(all(resize.compute(plane).mapv(f64::from) / white));
    }
    if let Some(plane) = picture.plane_or_none() {
        return Some(all(resize.compute(plane)));
    }
    let planes = picture.planes().map(|samples| {
        resize.compute(Plane::new(&samples, picture.width, picture.height).unwrap())
    });
    let pixels = 0..side * side;
    let levels = pixels.flat_map(|i| [0, 1, 2].map(|c| planes[c][[i / side, i % side]]));
    Some(levels.map(f64::from).collect())
}

fn open_cv_filter(rest: &str) -> (ResizeFilter, &str) {
    let filters = [
        ("nearest_exact_", OpenCvFilter::NearestExact),
        ("nearest_", OpenCvFilter::Nearest),
        ("linear_exact_", OpenCvFilter::LinearExact),
        ("linear_", OpenCvFilter::Linear),
        ("area_", OpenCvFilter::Area),
        ("cubic_", OpenCvFilter::Cubic),
        ("lanczos4_", OpenCvFilter::Lanczos4),
    ];
    let (filter, rest) = by_prefix(rest, &filters);
    if filter == OpenCvFilter::NearestExact && rest.ends_with("__cv5") {
        return (ResizeFilter::OpenCv(OpenCvFilter::NearestExact5), rest);
    }
    (ResizeFilter::OpenCv(filter), rest)
}

fn pillow_filter(rest: &str) -> (ResizeFilter, &str) {
    let filters = [
        ("nearest_", PillowFilter::Nearest),
        ("box_", PillowFilter::Box),
        ("bilinear_", PillowFilter::Bilinear),
        ("hamming_", PillowFilter::Hamming),
        ("bicubic_", PillowFilter::Bicubic),
        ("lanczos_", PillowFilter::Lanczos),
    ];
    let (filter, rest) = by_prefix(rest, &filters);
    (ResizeFilter::Pillow(filter), rest)
}

fn scikit_image_filter(rest: &str) -> (ResizeFilter, &str) {
    let filters = [
        ("o1_noaa_", ScikitImageFilter::LinearAliased),
        ("o1_aa_", ScikitImageFilter::Linear),
        ("o3_", ScikitImageFilter::Cubic),
    ];
    let (filter, rest) = by_prefix(rest, &filters);
    (ResizeFilter::ScikitImage(filter), rest)
}

fn by_prefix<'a, F: Copy>(text: &'a str, known: &[(&str, F)]) -> (F, &'a str) {
    let found = known
        .iter()
        .find_map(|(prefix, value)| Some((*value, text.strip_prefix(prefix)?)));
    found.unwrap()
}

//! From a picture file to the input of a face network.
//!
//! A picture is decoded within [`Limits`] and turned upright ([`decode_file`], [`decode_bytes`]) and
//! converted to grey levels ([`GreyImage`]); a camera's [`Frame`] is read as it lies in memory. The
//! face in it is cut out, resized and scaled to 0..1 ([`FaceCrop`]). [`face_quality`] says from 0 to
//! 1 how well the face can be seen, so that a fusion rule can trust a blurred or dark face less.
//!
//! ```
//! use emo_image::{FaceBox, FaceCrop, FaceCropConfig, GreyImage, Limits, decode_bytes, face_quality};
//! # let mut file = std::io::Cursor::new(Vec::new());
//! # let picture = image::RgbImage::from_fn(160, 120, |x, y| image::Rgb([x as u8, y as u8, 90]));
//! # picture.write_to(&mut file, image::ImageFormat::Png)?;
//! # let file = file.into_inner();
//!
//! // `file` holds the bytes of a JPEG or PNG file of 160 × 120 pixels.
//! let image = decode_bytes(&file, &Limits::default())?;
//! let grey = GreyImage::from_image(&image)?;
//!
//! let face = FaceBox { x: 40, y: 10, width: 96, height: 96 };
//! let crop = FaceCrop::new(FaceCropConfig::default())?.compute(&grey, Some(face))?;
//! assert_eq!(crop.shape(), [1, 48, 48]);
//! assert!(crop.iter().all(|&value| (0.0..=1.0).contains(&value)));
//!
//! let quality = face_quality(&grey, Some(face))?;
//! assert!(quality.overall() <= quality.size);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What the numbers follow
//! Grey conversion and resizing are those of OpenCV, `cvtColor` and `resize`, and are held to its
//! output by tests; the crop is that of the FER2013 and FER+ sets, 48 × 48 grey levels over 255.
//! Decoding is that of the `image` crate: JPEG decoders differ among each other by a level or two.
//!
//! # Descriptors
//! Each takes a [`Plane`], a borrowed and possibly strided grid of `u8` or `f32` levels.
//!
//! | what | here | after |
//! |---|---|---|
//! | gradients | [`Derivative`], [`laplacian3`], [`sobel_edges`] | OpenCV in whole numbers, scikit-image |
//! | edges | [`Canny`], [`GaussianCanny`], [`EdgeMap`] | OpenCV, scikit-image, spikes |
//! | oriented gradients | [`Hog`], [`HogOpenCv`] | scikit-image, OpenCV |
//! | local binary patterns | [`Lbp`], [`local_variance`] | scikit-image |
//! | Gabor | [`GaborBank`], [`GaborShape`], [`complex_gabor`] | OpenCV, scikit-image |
//! | frequency | [`Dct`], [`block_dct`] | OpenCV, SciPy |
//! | texture | [`Cooccurrence`], [`level_entropy`], [`LevelStatistics`] | scikit-image, SciPy |
//! | sums | [`IntegralImage`], [`histogram`] | OpenCV |
//! | contrast | [`Equalization`], [`cumulative_levels`], [`Clahe`], [`ClaheScikitImage`] | OpenCV, Pillow, scikit-image |
//! | scale | [`standardize`], [`min_max`], [`gamma`], [`tan_triggs`], [`blob`] | TensorFlow, OpenCV |
//! | colour | [`colour`], [`LabTable`] | OpenCV, Pillow, scikit-image |
//! | size | [`Resize`], [`ResizeFilter`] | OpenCV, Pillow, scikit-image |
//! | alignment | [`FaceAlignment`], [`EyeFinder`] | this project, Timm and Barth (2011) |
//! | affine maps | [`Affine`], [`FACE_TEMPLATE_112`] | OpenCV, Pillow, scikit-image |
//! | smoothing | [`smooth`], [`median3`], [`SmoothingKernel`], [`Border`] | OpenCV, SciPy |
//!
//! # Faces
//! [`CascadeDetector`] finds upright frontal faces in a frame with a model of this project. Other detectors fit in
//! behind [`FaceDetector`], and who has a box or a picture that is a face needs none. [`FaceTracker`]
//! follows faces through a stream, [`EyeFinder`] and [`FaceAlignment`] straighten them.
//!
//! # Quality and training
//! [`face_quality`], [`face_quality_with_eyes`] and [`face_quality_at`] mark a face in a box, with eyes
//! and with landmarks, [`HeadPose`]
//! says how a head is turned. [`Augment`] makes more training pictures of one.
//!
//! # Untrusted files
//! Any bytes give a picture or an error, never a panic. Columns, rows, memory and file length are
//! checked before the pixels are decoded, and a truncated JPEG is an error instead of a picture
//! that ends in grey.
//!
//! # Features
//! | feature | default | adds |
//! |---|---|---|
//! | `bmp` | no | BMP files |
//! | `detector` | yes | the face detector's own model, [`CascadeDetector::new`] |
//! | `jpeg` | yes | JPEG files, baseline and progressive |
//! | `png` | yes | PNG files |
//! | `pnm` | no | PBM, PGM, PPM and PAM files |
//! | `webp` | no | WebP files, lossy and lossless |

mod affine;
mod align;
mod augment;
mod border;
mod canny;
mod canny_gaussian;
mod clahe;
mod clahe_scikit_image;
pub mod colour;
mod dct;
mod decode;
mod detect;
mod edge_map;
mod equalize;
mod error;
mod eyes;
mod face_box;
mod face_crop;
mod frame;
mod gabor;
mod glcm;
mod gradient;
mod grey;
mod grid;
mod histogram;
mod hog;
mod hog_opencv;
mod integral;
mod lab_table;
mod lbp;
mod limits;
mod normalize;
mod plane;
mod pose;
mod quality;
mod resize;
mod smooth;
mod track;
mod vectors;

pub use image::DynamicImage;

pub use affine::{Affine, FACE_TEMPLATE_112, Outside};
pub use align::{FaceAlignment, FaceAlignmentConfig, FaceAnchor};
pub use augment::{Augment, AugmentConfig};
pub use border::Border;
pub use canny::{Canny, CannyConfig, GradientNorm};
pub use canny_gaussian::{GaussianCanny, GaussianCannyConfig};
pub use clahe::{Clahe, ClaheConfig};
pub use clahe_scikit_image::{ClaheScikitImage, ClaheScikitImageConfig};
pub use dct::{Dct, block_dct};
pub use decode::{decode_bytes, decode_file};
pub use detect::{CascadeConfig, CascadeDetector, DetectedFace, FaceDetector};
pub use edge_map::EdgeMap;
pub use equalize::{Equalization, cumulative_levels};
pub use error::ImageError;
pub use eyes::{EyeCentres, EyeFinder};
pub use face_box::FaceBox;
pub use face_crop::{FaceCrop, FaceCropConfig};
pub use frame::{Frame, PixelFormat};
pub use gabor::{GaborBank, GaborShape, complex_gabor, complex_gabor_kernels};
pub use glcm::Cooccurrence;
pub use gradient::{Derivative, SobelEdges, laplacian3, sobel_edges};
pub use grey::{GreyImage, MAX_SIDE};
pub use histogram::{LevelStatistics, histogram, histogram_of, level_entropy};
pub use hog::{BlockNorm, Hog, HogConfig};
pub use hog_opencv::{HogOpenCv, HogOpenCvConfig};
pub use integral::IntegralImage;
pub use lab_table::LabTable;
pub use lbp::{Lbp, LbpConfig, LbpMethod, local_variance};
pub use limits::Limits;
pub use ndarray;
pub use normalize::{blob, gamma, min_max, standardize, tan_triggs};
pub use plane::{Plane, Sample};
pub use pose::HeadPose;
pub use quality::{
    FaceQuality, face_quality, face_quality_at, face_quality_with_eyes, laplacian_variance,
};
pub use resize::{
    Interpolation, OpenCvFilter, PillowFilter, Resize, ResizeConfig, ResizeFilter,
    ScikitImageFilter,
};
pub use smooth::{SmoothingKernel, median3, smooth};
pub use track::{FaceTracker, FaceTrackerConfig, TrackedFace};

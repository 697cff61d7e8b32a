//! What must hold of any bytes and any frame.

use arbitrary::Arbitrary;
use emo_image::{
    FaceBox, FaceCrop, FaceCropConfig, Frame, GreyImage, Limits, OpenCvFilter, PixelFormat, Plane,
    Resize, ResizeConfig, ResizeFilter, decode_bytes, face_quality,
};

/// The decoders panic on some inputs, which `decode_bytes` catches and reports; a fuzzer's hook would
/// end the process first.
#[allow(dead_code, reason = "for those targets that decode")]
pub(crate) fn let_the_decoder_panic() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Decoding ends within memory, and what comes of it can be worked on.
#[allow(dead_code, reason = "for those targets that decode")]
pub(crate) fn decode(bytes: &[u8]) {
    let mut limits = Limits::default();
    limits.max_width = 1024;
    limits.max_height = 1024;
    limits.max_alloc = 8 << 20;
    let Ok(image) = decode_bytes(bytes, &limits) else {
        return;
    };
    assert!((1..=1024).contains(&image.width()) && (1..=1024).contains(&image.height()));
    assert!(image.as_bytes().len() <= 8 << 20);
    let grey = GreyImage::from_image(&image).unwrap();
    let crop = FaceCrop::new(FaceCropConfig::default()).unwrap();
    let crop = crop.compute(&grey, None).unwrap();
    assert!(crop.iter().all(|value| (0.0..=1.0).contains(value)));
    let quality = face_quality(&grey, None).unwrap();
    assert!((0.0..=1.0).contains(&quality.overall()));
}

/// Bytes that may hold a frame.
#[derive(Debug, Arbitrary)]
pub(crate) struct RawFrame {
    format: u8,
    size: [u8; 2],
    /// Bytes between rows, and odd sizes now and then.
    gap: u8,
    wild: Option<[usize; 3]>,
    face: (i32, i32, u32, u32),
    bytes: Vec<u8>,
}

/// A frame or an error; its conversions agree with one another.
#[allow(dead_code, reason = "for the target that makes frames")]
pub(crate) fn frame(raw: &RawFrame) {
    let (format, pixel_len) = [
        (PixelFormat::Grey8, 1),
        (PixelFormat::Rgb8, 3),
        (PixelFormat::Bgr8, 3),
        (PixelFormat::Rgba8, 4),
        (PixelFormat::Nv12, 1),
        (PixelFormat::Yuyv, 2),
    ][usize::from(raw.format % 6)];
    let [width, height] = raw.size.map(|size| usize::from(size) % 40);
    let usual = [width, height, width * pixel_len + usize::from(raw.gap % 8)];
    let [width, height, stride] = raw.wild.unwrap_or(usual);
    let Ok(frame) = Frame::new(&raw.bytes, width, height, stride, format) else {
        return;
    };
    let (mut grey, mut rgb) = (vec![0; width * height], vec![0; 3 * width * height]);
    frame.to_grey(&mut grey).unwrap();
    frame.to_rgb(&mut rgb).unwrap();
    if let Some(plane) = frame.plane() {
        assert!(plane.rows().flatten().eq(&grey));
        resize(plane, raw.face);
    }
    let whole = GreyImage::from_frame(&frame);
    assert!(
        whole
            .levels()
            .iter()
            .zip(&grey)
            .all(|(a, b)| *a == f32::from(*b))
    );
    let (x, y, width, height) = raw.face;
    let face = FaceBox {
        x,
        y,
        width,
        height,
    };
    let crop = FaceCrop::new(FaceCropConfig::default()).unwrap();
    match crop.compute(&whole, Some(face)) {
        Ok(expected) => assert_eq!(crop.compute_frame(&frame, Some(face)).unwrap(), expected),
        Err(_) => assert!(crop.compute_frame(&frame, Some(face)).is_err()),
    }
}

/// Whole numbers and double precision agree.
#[allow(dead_code, reason = "for the target that makes frames")]
fn resize(plane: Plane<'_, u8>, (_, _, width, height): (i32, i32, u32, u32)) {
    let [width, height] = [width, height].map(|side| 1 + side as usize % 80);
    let real: Vec<f32> = plane.rows().flatten().copied().map(f32::from).collect();
    let real = Plane::new(&real, plane.width(), plane.height()).unwrap();
    for filter in [
        OpenCvFilter::Linear,
        OpenCvFilter::LinearExact,
        OpenCvFilter::Cubic,
        OpenCvFilter::Lanczos4,
    ] {
        let mut config = ResizeConfig::new(width, height);
        config.filter = ResizeFilter::OpenCv(filter);
        let mut resize = Resize::new(config).unwrap();
        for (level, real) in resize.compute(plane).iter().zip(&resize.compute(real)) {
            assert!((f32::from(*level) - real.clamp(0.0, 255.0)).abs() < 1.6);
        }
    }
}

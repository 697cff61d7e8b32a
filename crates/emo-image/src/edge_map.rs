use crate::{Canny, CannyConfig, ImageError, Plane};

/// A binary picture of edges: where they are, and how dense.
///
/// A spiking network takes each event as a spike and the density as its load.
///
/// # Example
/// ```
/// use emo_image::{CannyConfig, EdgeMap, Plane};
///
/// let step: Vec<u8> = (0..64).map(|i| if i % 8 < 4 { 0 } else { 255 }).collect();
/// let map = EdgeMap::new(Plane::new(&step, 8, 8)?, CannyConfig::default())?;
/// assert_eq!(map.events().len(), 8);
/// assert_eq!(map.density(), 0.125);
/// # Ok::<(), emo_image::ImageError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EdgeMap {
    width: usize,
    height: usize,
    events: Vec<u32>,
}

impl EdgeMap {
    /// The edges that [`Canny`] finds.
    ///
    /// # Errors
    /// Those of [`Canny::new`], and [`ImageError::Parameter`] for 2³² pixels and more.
    pub fn new(plane: Plane<'_, u8>, config: CannyConfig) -> Result<Self, ImageError> {
        if u32::try_from(plane.len()).is_err() {
            return Err(ImageError::Parameter {
                name: "the number of pixels",
                value: plane.len() as f64,
                allowed: "below 2^32",
            });
        }
        let edges = Canny::new(config)?.compute(plane);
        let events = edges.iter().zip(0_u32..).filter(|(edge, _)| **edge != 0);
        Ok(Self {
            width: plane.width(),
            height: plane.height(),
            events: events.map(|(_, index)| index).collect(),
        })
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The pixels on an edge in rising order, counted row by row: `row · width + column`.
    pub fn events(&self) -> &[u32] {
        &self.events
    }

    /// The share of pixels on an edge, from 0 to 1.
    pub fn density(&self) -> f32 {
        self.events.len() as f32 / (self.width * self.height) as f32
    }

    /// One number for each pixel, 1 on an edge and 0 elsewhere, row by row.
    pub fn to_dense(&self) -> Vec<f32> {
        let mut dense = vec![0.0; self.width * self.height];
        for &event in &self.events {
            dense[event as usize] = 1.0;
        }
        dense
    }
}

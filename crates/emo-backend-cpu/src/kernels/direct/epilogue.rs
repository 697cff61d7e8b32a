use crate::kernels::unary::Unary;

/// What is done to the sums before and after they are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Epilogue {
    /// Smaller sums become this.
    pub(super) low: f32,
    /// Greater sums become this.
    pub(super) high: f32,
    /// A function that is not a bound, applied to what was written.
    pub(super) function: Option<Unary>,
}

impl Epilogue {
    pub(super) const NONE: Self = Self {
        low: f32::NEG_INFINITY,
        high: f32::INFINITY,
        function: None,
    };

    pub(super) fn of(activation: Unary) -> Self {
        match activation {
            Unary::Relu => Self {
                low: 0.0,
                ..Self::NONE
            },
            Unary::Clip { min, max } => Self {
                low: min,
                high: max,
                function: None,
            },
            function => Self {
                function: Some(function),
                ..Self::NONE
            },
        }
    }
}

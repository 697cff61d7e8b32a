use crate::ImageError;

/// How far a head is turned, in degrees: coarse, about ±10°.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HeadPose {
    /// How far it leans, clockwise on the screen, −180 to 180.
    pub roll_degrees: f64,
    /// How far it looks to the right of the picture, −90 to 90.
    pub yaw_degrees: f64,
    /// How far it looks down, −90 to 90.
    pub pitch_degrees: f64,
}

/// How far the tip of the nose stands out from between the eyes, over their distance.
const NOSE_LENGTH: f64 = 0.5;

/// How far the tip of the nose lies below the eyes, over the distance from eyes to mouth, on
/// [`FACE_TEMPLATE_112`](crate::FACE_TEMPLATE_112): (71.74 − 51.6) / (92.285 − 51.6).
const NOSE_HEIGHT: f64 = 0.495;

/// Distance of the eyes over the distance from eyes to mouth on that template: 35.24 / 40.685.
const EYE_DISTANCE: f64 = 0.866;

impl HeadPose {
    /// The pose by five landmarks in the order of [`FACE_TEMPLATE_112`](crate::FACE_TEMPLATE_112).
    ///
    /// - Roll is the direction of the line between the eyes.
    /// - Yaw is the arc tangent of the nose's distance from the middle between the eyes, along their
    ///   line, over half of their distance: a nose stands out by about that much.
    /// - Pitch is the arc tangent of how much lower or higher than on the template the nose lies
    ///   between eyes and mouth, over the same length of the nose.
    ///
    /// # Errors
    /// [`ImageError::Parameter`] for landmarks that are not finite, and for eyes, or eyes and mouth,
    /// less than a thousandth of a pixel apart.
    ///
    /// # Example
    /// ```
    /// use emo_image::{FACE_TEMPLATE_112, HeadPose};
    ///
    /// let mut landmarks = FACE_TEMPLATE_112;
    /// landmarks[2][0] += 0.5 * 35.24 * 30_f64.to_radians().tan();
    /// let pose = HeadPose::from_landmarks(&landmarks)?;
    /// assert!((pose.yaw_degrees - 30.0).abs() < 1.0);
    /// # Ok::<(), emo_image::ImageError>(())
    /// ```
    ///
    /// # References
    /// A. Gee, R. Cipolla, 1994, *Determining the gaze of faces in images*, Image and Vision
    /// Computing 12(10), [doi:10.1016/0262-8856(94)90039-6](https://doi.org/10.1016/0262-8856(94)90039-6)
    /// (the nose as a hand of known length; the proportions here are the template's).
    pub fn from_landmarks(landmarks: &[[f64; 2]; 5]) -> Result<Self, ImageError> {
        let [left, right, nose, mouth_left, mouth_right] = *landmarks;
        let middle = |[ax, ay]: [f64; 2], [bx, by]: [f64; 2]| [(ax + bx) / 2.0, (ay + by) / 2.0];
        let between = |[ax, ay]: [f64; 2], [bx, by]: [f64; 2]| [bx - ax, by - ay];
        let eyes = middle(left, right);
        let [dx, dy] = between(left, right);
        let eye_distance = check_length("the distance of the eyes", dx.hypot(dy))?;
        // Along the eyes' line and across it, downwards for an upright head.
        let [ux, uy] = [dx / eye_distance, dy / eye_distance];
        let along = |[x, y]: [f64; 2]| x * ux + y * uy;
        let across = |[x, y]: [f64; 2]| y * ux - x * uy;
        let nose = between(eyes, nose);
        let mouth = across(between(eyes, middle(mouth_left, mouth_right)));
        check_length("the distance from eyes to mouth", mouth.abs())?;
        check_length("the length of the nose", nose[0].hypot(nose[1]) + 1.0)?;
        let turn = along(nose) / (NOSE_LENGTH * eye_distance);
        let nod = (across(nose) / mouth - NOSE_HEIGHT) / (NOSE_LENGTH * EYE_DISTANCE);
        Ok(Self {
            roll_degrees: dy.atan2(dx).to_degrees(),
            yaw_degrees: turn.atan().to_degrees(),
            pitch_degrees: nod.atan().to_degrees(),
        })
    }
}

fn check_length(name: &'static str, value: f64) -> Result<f64, ImageError> {
    if value.is_finite() && value >= 1e-3 {
        return Ok(value);
    }
    Err(ImageError::Parameter {
        name,
        value,
        allowed: "finite and a thousandth of a pixel or more",
    })
}

#[cfg(test)]
mod tests {
    use emo_testing::assert_close;
    use proptest::prelude::*;

    use super::*;
    use crate::{Affine, FACE_TEMPLATE_112};

    fn angles(landmarks: &[[f64; 2]; 5]) -> [f64; 3] {
        let pose = HeadPose::from_landmarks(landmarks).unwrap();
        [pose.roll_degrees, pose.yaw_degrees, pose.pitch_degrees]
    }

    #[test]
    fn the_template_looks_ahead() {
        // Its nose lies 0.12 pixels beside the middle of the eyes, which are 0.2 pixels askew.
        assert_close(angles(&FACE_TEMPLATE_112), [0.0; 3], 0.0, 0.5);
    }

    #[test]
    fn landmarks_that_coincide_or_are_no_numbers_are_refused() {
        let with = |index: usize, point: [f64; 2]| {
            let mut landmarks = FACE_TEMPLATE_112;
            landmarks[index] = point;
            HeadPose::from_landmarks(&landmarks)
        };
        assert!(with(1, FACE_TEMPLATE_112[0]).is_err());
        for index in 0..5 {
            for value in [f64::NAN, f64::INFINITY] {
                assert!(with(index, [50.0, value]).is_err(), "{index}");
            }
        }
        let mut flat = FACE_TEMPLATE_112;
        for point in &mut flat {
            point[1] = 50.0;
        }
        assert!(HeadPose::from_landmarks(&flat).is_err());
    }

    proptest! {
        /// A head model of the same proportions, turned in space and seen from afar.
        #[test]
        fn a_turned_model_is_measured(angle in -60.0..60.0_f64) {
            let (sin, cos) = angle.to_radians().sin_cos();
            let mouth = 1.0 / EYE_DISTANCE;
            let nose = [0.0, NOSE_HEIGHT * mouth, NOSE_LENGTH];
            let model =
                [[-0.5, 0.0, 0.0], [0.5, 0.0, 0.0], nose, [-0.4, mouth, 0.0], [0.4, mouth, 0.0]];
            let right = model.map(|[x, y, z]| [x * cos + z * sin, y]);
            assert_close(angles(&right), [0.0, angle, 0.0], 0.0, 1e-9);
            let down = model.map(|[x, y, z]| [x, y * cos + z * sin]);
            assert_close(angles(&down), [0.0, 0.0, angle], 0.0, 1e-9);
        }

        #[test]
        fn roll_turns_nothing_else(degrees in -170.0..170.0_f64, scale in 0.2..5.0_f64, nose in -10.0..10.0_f64) {
            let mut landmarks = FACE_TEMPLATE_112;
            landmarks[2][0] += nose;
            let turn = Affine::rotation([30.0, -20.0], -degrees, scale);
            let expected = angles(&landmarks);
            let actual = angles(&landmarks.map(|point| turn.apply(point)));
            prop_assert!((actual[0] - expected[0] - degrees).abs() < 1e-6);
            prop_assert!((actual[1] - expected[1]).abs() < 1e-6 && (actual[2] - expected[2]).abs() < 1e-6);
        }
    }
}

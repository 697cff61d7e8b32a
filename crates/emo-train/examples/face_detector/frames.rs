//! Frames with faces at known places, by which detectors are judged.

use std::{error::Error, fs, io::Write};

use rand::{RngExt, SeedableRng, seq::IndexedRandom};

use crate::{
    FrameOptions,
    faces::read_faces,
    picture::{Picture, read_pictures},
    scene::{Border, Conditions, Place, Rng, background, finish, paste},
};

const FRAME: (usize, usize) = (640, 480);
const SIDES: (f32, f32) = (24.0, 300.0);
const FACES_PER_FRAME: usize = 2;

/// Writes frames as PGM and where their faces are as `truth.csv`.
pub(crate) fn write_frames(options: &FrameOptions) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(&options.out)?;
    let faces = read_faces(&options.data, options.split)?;
    let pictures = read_pictures(&options.pictures.join(options.split.folder()))?;
    let conditions = Conditions::judgement();
    let mut rng = Rng::seed_from_u64(options.seed);
    let mut truth = csv::Writer::from_path(options.out.join("truth.csv"))?;
    truth.write_record(["frame", "x", "y", "side", "angle"])?;
    for index in 0..options.frames {
        let mut scene = background(&pictures, FRAME, &conditions, &mut rng);
        let mut places: Vec<Place> = Vec::new();
        while places.len() < FACES_PER_FRAME {
            let (least, most) = SIDES;
            let side = (least.ln() + rng.random::<f32>() * (most / least).ln()).exp();
            let mut middle = |len: usize| rng.random_range(0.5 * side..len as f32 - 0.5 * side);
            let place = Place {
                x: middle(FRAME.0),
                y: middle(FRAME.1),
                side,
                angle: conditions.angle * rng.random_range(-1.0..1.0_f32),
            };
            // Rotated squares must not touch; a second face that finds no place is drawn smaller by the next try.
            let free = |other: &Place| {
                let distance = (other.x - place.x).abs().max((other.y - place.y).abs());
                distance > 0.72 * (other.side + place.side)
            };
            if places.iter().all(free) {
                let face = faces.choose(&mut rng).ok_or("there are no faces")?;
                let border = Border::fading(&mut rng);
                paste(&mut scene, face, place, border, &conditions, &mut rng);
                places.push(place);
            }
        }
        let name = format!("{index:04}.pgm");
        write_pgm(
            &options.out.join(&name),
            &finish(scene, &conditions, &mut rng),
        )?;
        for place in places {
            let corner = |middle: f32| format!("{:.1}", middle - place.side / 2.0);
            truth.write_record([
                name.clone(),
                corner(place.x),
                corner(place.y),
                format!("{:.1}", place.side),
                format!("{:.1}", place.angle),
            ])?;
        }
    }
    Ok(truth.flush()?)
}

fn write_pgm(path: &std::path::Path, picture: &Picture) -> Result<(), Box<dyn Error>> {
    let mut file = fs::File::create(path)?;
    write!(file, "P5\n{} {}\n255\n", picture.width, picture.height)?;
    Ok(file.write_all(&picture.to_bytes())?)
}

//! Changes every model of a folder: optimizes it and writes it for other versions of the operators.
//!
//! `cargo run --release -p emo-onnx --example change -- DIR OUT 7 13 21` reads all `*.onnx` under `DIR` and writes them to
//! the same paths under `OUT/optimized` and, for each version named, `OUT/opset_7` and so on, and says what was refused.
//! `fixtures/emo-onnx/check_changed.py DIR OUT` then has ONNX Runtime compute before and after.

#![expect(clippy::print_stdout, reason = "the program's purpose")]

mod folder;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use emo_onnx::{Model, OnnxError, ReadOptions, default_passes};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(folder), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: change DIR OUT [OPSET]...".into());
    };
    let (folder, out) = (PathBuf::from(folder), PathBuf::from(out));
    let opsets = arguments
        .map(|opset| opset.parse())
        .collect::<Result<Vec<i64>, _>>()?;
    let mut paths = Vec::new();
    folder::models(&folder, &mut paths)?;
    paths.sort();
    let mut models = Vec::new();
    for path in &paths {
        let mut options = ReadOptions::default();
        options.external_folder = path.parent().map(Path::to_owned);
        if let Ok(model) = Model::read_with(path, &options) {
            models.push((path.strip_prefix(&folder)?, model));
        }
    }
    println!("{} of {} models read", models.len(), paths.len());
    change(&models, &out.join("optimized"), |model| {
        model.optimize(&default_passes()).map(|_| ())
    })?;
    for opset in opsets {
        change(&models, &out.join(format!("opset_{opset}")), |model| {
            model.convert_opset(opset)
        })?;
    }
    Ok(())
}

/// Writes what `change` makes of each model, unless it leaves it as it is.
fn change(
    models: &[(&Path, Model)],
    out: &Path,
    change: impl Fn(&mut Model) -> Result<(), OnnxError>,
) -> Result<(), Box<dyn Error>> {
    let (mut n_written, mut n_same) = (0, 0);
    for (name, model) in models {
        let mut changed = model.clone();
        if let Err(error) = change(&mut changed) {
            println!("refused {} in {}: {error}", name.display(), out.display());
            continue;
        }
        let bytes = changed.to_bytes();
        if bytes == model.to_bytes() {
            n_same += 1;
            continue;
        }
        let path = out.join(name);
        fs::create_dir_all(path.parent().ok_or("a file has a folder")?)?;
        fs::write(path, bytes)?;
        n_written += 1;
    }
    println!(
        "{}: {n_written} written, {n_same} left as they are",
        out.display()
    );
    Ok(())
}

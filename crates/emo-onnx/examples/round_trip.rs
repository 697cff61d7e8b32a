//! Reads every model of a folder, writes it and reads it again.
//!
//! `cargo run --release -p emo-onnx --example round_trip -- DIR OUT` reads all `*.onnx` under `DIR`, writes them to the
//! same paths under `OUT/kept`, and says how many come back equal and how many byte for byte. Models that need no more
//! than their graph are also built anew of that and written under `OUT/new`, without anything of how the file spells it.
//! `fixtures/emo-onnx/check_written.py DIR OUT/kept` (or `OUT/new`) then holds what was written to ONNX's checker and ONNX Runtime.

#![expect(clippy::print_stdout, reason = "the program's purpose")]

mod folder;

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use emo_onnx::{Model, ReadOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: round_trip DIR OUT".into());
    };
    let mut paths = Vec::new();
    folder::models(&folder, &mut paths)?;
    paths.sort();
    let (mut n_read, mut n_equal, mut n_bytes, mut n_new) = (0, 0, 0, 0);
    for path in &paths {
        let name = path.strip_prefix(&folder)?;
        let mut options = ReadOptions::default();
        options.external_folder = path.parent().map(Path::to_owned);
        let model = match Model::read_with(path, &options) {
            Ok(model) => model,
            Err(error) => {
                let mut message = error.to_string();
                let mut source = error.source();
                while let Some(cause) = source {
                    message = format!("{message}: {cause}");
                    source = cause.source();
                }
                println!("refused {}: {message}", name.display());
                continue;
            }
        };
        n_read += 1;
        let written = out.join("kept").join(name);
        fs::create_dir_all(written.parent().ok_or("a file has a folder")?)?;
        model.write(&written)?;
        let bytes = fs::read(&written)?;
        // A NaN does not equal itself, but is written the same.
        let again = Model::read(&written)?;
        if again == model || again.to_bytes() == bytes {
            n_equal += 1;
        } else {
            println!("changed {}", name.display());
        }
        if bytes == fs::read(path)? {
            n_bytes += 1;
        } else {
            println!("respelled {}", name.display());
        }
        if let Ok(new) = Model::from_graph(model.graph().clone(), model.opset()) {
            let written = out.join("new").join(name);
            fs::create_dir_all(written.parent().ok_or("a file has a folder")?)?;
            new.write(&written)?;
            let again = Model::read(&written)?;
            if again.graph() == model.graph() || again.to_bytes() == new.to_bytes() {
                n_new += 1;
            } else {
                println!("changed when built anew {}", name.display());
            }
        }
    }
    println!(
        "{} models: {n_read} read, {n_equal} read again equal, {n_bytes} written byte for byte, \
         {n_new} built anew and read equal",
        paths.len()
    );
    Ok(())
}

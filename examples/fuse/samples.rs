use std::{collections::HashMap, error::Error, fs::File, io::Read, path::Path};

use csv::ByteRecord;
use emo_fusion::score::{Labels, ScoreTable};

/// How far the sum of a row's scores may be from 1.
const SUM_TOLERANCE: f32 = 2e-3;

/// No row, subject or class.
const NONE: u32 = u32::MAX;

/// Rows of scores, joined by sample; rows may come in any order.
#[derive(Debug)]
pub(crate) struct Samples {
    labels: Labels,
    modalities: Vec<String>,
    names: Names,
    subjects: Names,
    /// The class of each sample.
    classes: Vec<u32>,
    /// `[rows, classes]`
    scores: Vec<f32>,
    /// The subject of each row.
    subject_of_row: Vec<u32>,
    /// The row of each sample and modality, `[samples, modalities]`.
    rows: Vec<u32>,
}

impl Samples {
    /// Reads a table. Its classes and modalities must be those of `like`, if there is one, and take its order.
    pub(crate) fn read(path: &Path, like: Option<&Self>) -> Result<Self, Box<dyn Error>> {
        let place = path.display();
        let file = File::open(path).map_err(|error| format!("{place}: {error}"))?;
        Self::parse(file, like).map_err(|error| format!("{place}, {error}").into())
    }

    fn parse(file: impl Read, like: Option<&Self>) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .buffer_capacity(1 << 18)
            .from_reader(file);
        let header = reader
            .byte_headers()
            .map_err(|error| format!("line 1: {error}"))?
            .clone();
        let columns = Columns::find(&header, like).map_err(|error| format!("line 1: {error}"))?;
        let mut samples = Self {
            labels: columns.labels.clone(),
            modalities: like.map_or(Vec::new(), |like| like.modalities.clone()),
            names: Names::default(),
            subjects: Names::default(),
            classes: Vec::new(),
            scores: Vec::new(),
            subject_of_row: Vec::new(),
            rows: Vec::new(),
        };
        let mut places = Vec::new();
        let mut record = ByteRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_byte_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) => return Err(format!("line {line}: {error}")),
            }
            // Empty lines before the record are skipped: its own position is the right one.
            let line = record.position().map_or(line, csv::Position::line);
            samples
                .add(&record, &columns, like.is_some(), line, &mut places)
                .map_err(|error| format!("line {line}: {error}"))?;
        }
        samples.join(&places)?;
        Ok(samples)
    }

    fn add(
        &mut self,
        record: &ByteRecord,
        columns: &Columns,
        fixed: bool,
        line: u64,
        places: &mut Vec<Place>,
    ) -> Result<(), String> {
        if record.len() != columns.n {
            return Err(format!(
                "{} fields, the header has {}",
                record.len(),
                columns.n
            ));
        }
        let field = |column: usize| record.get(column).unwrap_or_default().trim_ascii();
        let sample = self.names.intern(field(columns.sample))?;
        if sample as usize == self.classes.len() {
            self.classes.push(NONE);
        }
        let name = field(columns.modality);
        let known = self
            .modalities
            .iter()
            .position(|modality| modality.as_bytes() == name);
        let modality = match known {
            Some(modality) => modality,
            None if fixed => {
                return Err(format!(
                    "modality `{}` is not among those fitted on",
                    lossy(name)
                ));
            }
            None => {
                self.modalities.push(text(name)?.to_owned());
                self.modalities.len() - 1
            }
        };
        let mut sum = 0.0;
        for (class, &column) in columns.scores.iter().enumerate() {
            let field = field(column);
            let label = &self.labels[class];
            if field.is_empty() {
                return Err(format!("no score for class `{label}`"));
            }
            let score: f32 = text(field)?.parse().map_err(|_| {
                format!(
                    "the score of class `{label}`, `{}`, is no number",
                    lossy(field)
                )
            })?;
            if !score.is_finite() || score < 0.0 {
                return Err(format!("the score of class `{label}` is {score}"));
            }
            sum += score;
            self.scores.push(score);
        }
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(format!("the scores sum to {sum}, not to 1"));
        }
        let subject = match columns.subject.map(field) {
            None | Some([]) => NONE,
            Some(name) => self.subjects.intern(name)?,
        };
        if let Some(label @ [_, ..]) = columns.label.map(field) {
            let class = self
                .labels
                .iter()
                .position(|known| known.as_bytes() == label)
                .ok_or_else(|| {
                    format!(
                        "label `{}` is no class; those are {}",
                        lossy(label),
                        self.labels
                    )
                })? as u32;
            let known = std::mem::replace(&mut self.classes[sample as usize], class);
            if known != NONE && known != class {
                return Err(format!(
                    "sample `{}` has the label `{}`, and had `{}` before",
                    self.names.get(sample),
                    &self.labels[class as usize],
                    &self.labels[known as usize]
                ));
            }
        }
        self.subject_of_row.push(subject);
        places.push(Place {
            sample,
            modality: modality as u32,
            line,
        });
        Ok(())
    }

    fn join(&mut self, places: &[Place]) -> Result<(), String> {
        if u32::try_from(places.len()).is_err() {
            return Err("line 1: more rows than fit".to_owned());
        }
        let n_modalities = self.modalities.len();
        self.rows = vec![NONE; self.classes.len() * n_modalities];
        for (row, place) in places.iter().enumerate() {
            let cell = place.sample as usize * n_modalities + place.modality as usize;
            if self.rows[cell] != NONE {
                return Err(format!(
                    "line {}: sample `{}` has modality `{}` twice",
                    place.line,
                    self.names.get(place.sample),
                    self.modalities[place.modality as usize]
                ));
            }
            self.rows[cell] = row as u32;
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.classes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    pub(crate) fn labels(&self) -> &Labels {
        &self.labels
    }

    pub(crate) fn modalities(&self) -> &[String] {
        &self.modalities
    }

    pub(crate) fn name(&self, sample: usize) -> &str {
        self.names.get(sample as u32)
    }

    pub(crate) fn class(&self, sample: usize) -> Option<usize> {
        let class = self.classes[sample];
        (class != NONE).then_some(class as usize)
    }

    pub(crate) fn has_labels(&self) -> bool {
        self.classes.iter().any(|&class| class != NONE)
    }

    /// The distinct subjects of a sample's rows.
    pub(crate) fn subjects(&self, sample: usize) -> impl Iterator<Item = &str> {
        let of = self.rows_of(sample);
        let subject = move |row: &u32| self.subject_of_row[*row as usize];
        let present = of.iter().filter(|row| **row != NONE);
        present
            .map(subject)
            .enumerate()
            .filter(move |&(place, mine)| {
                let mut before = of
                    .iter()
                    .filter(|row| **row != NONE)
                    .map(subject)
                    .take(place);
                mine != NONE && !before.any(|other| other == mine)
            })
            .map(|(_, subject)| self.subjects.get(subject))
    }

    /// The subject, if all rows of the sample name the same one.
    pub(crate) fn only_subject(&self, sample: usize) -> Option<&str> {
        let mut subjects = self.subjects(sample);
        let first = subjects.next()?;
        subjects.next().is_none().then_some(first)
    }

    /// The modalities' scores of a sample.
    pub(crate) fn fill(&self, sample: usize, table: &mut ScoreTable) -> Result<(), Box<dyn Error>> {
        table.clear();
        let n_classes = self.labels.len();
        for &row in self.rows_of(sample) {
            if row == NONE {
                table.push_absent();
            } else {
                let start = row as usize * n_classes;
                table.push(&self.scores[start..start + n_classes])?;
            }
        }
        Ok(())
    }

    fn rows_of(&self, sample: usize) -> &[u32] {
        let n = self.modalities.len();
        &self.rows[sample * n..(sample + 1) * n]
    }
}

/// Where a row belongs, and where it stands.
struct Place {
    sample: u32,
    modality: u32,
    line: u64,
}

/// Where in a record things are.
struct Columns {
    n: usize,
    sample: usize,
    modality: usize,
    subject: Option<usize>,
    label: Option<usize>,
    labels: Labels,
    /// In the order of `labels`.
    scores: Vec<usize>,
}

impl Columns {
    fn find(header: &ByteRecord, like: Option<&Samples>) -> Result<Self, String> {
        let (mut names, mut scores) = (Vec::new(), Vec::new());
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (column, name) in header.iter().enumerate() {
            let name = text(name.trim_ascii())?;
            match name.strip_prefix("p_") {
                Some(class) => {
                    names.push(class);
                    scores.push(column);
                }
                None if places.insert(name, column).is_some() => {
                    return Err(format!("column `{name}` twice"));
                }
                None => {}
            }
        }
        let column = |name: &str| places.get(name).copied();
        let needed = |name: &str| column(name).ok_or_else(|| format!("no column `{name}`"));
        let labels = Labels::new(names).map_err(|error| error.to_string())?;
        let (labels, scores) = match like {
            None => (labels, scores),
            Some(like) => {
                if let Some(unknown) = labels
                    .iter()
                    .find(|name| like.labels.position(name).is_none())
                {
                    return Err(format!("class `{unknown}` is not among those fitted on"));
                }
                let in_their_order = like
                    .labels
                    .iter()
                    .map(|name| {
                        labels
                            .position(name)
                            .map(|class| scores[class])
                            .ok_or_else(|| format!("no column `p_{name}`"))
                    })
                    .collect::<Result<_, _>>()?;
                (like.labels.clone(), in_their_order)
            }
        };
        Ok(Self {
            n: header.len(),
            sample: needed("sample")?,
            modality: needed("modality")?,
            subject: column("subject"),
            label: column("label"),
            labels,
            scores,
        })
    }
}

/// Distinct names, numbered in the order in which they first come.
#[derive(Debug, Default)]
struct Names {
    text: String,
    /// Where each name ends.
    ends: Vec<usize>,
    numbers: HashMap<Box<[u8]>, u32>,
    last: u32,
}

impl Names {
    /// The number of a name. Rows of one sample mostly follow each other: the last name is tried first.
    fn intern(&mut self, name: &[u8]) -> Result<u32, String> {
        if !self.ends.is_empty() && self.get(self.last).as_bytes() == name {
            return Ok(self.last);
        }
        if let Some(&number) = self.numbers.get(name) {
            self.last = number;
            return Ok(number);
        }
        let number =
            u32::try_from(self.ends.len()).map_err(|_| "more names than fit".to_owned())?;
        self.text.push_str(text(name)?);
        self.ends.push(self.text.len());
        self.numbers.insert(name.into(), number);
        self.last = number;
        Ok(number)
    }

    fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = if number == 0 {
            0
        } else {
            self.ends[number - 1]
        };
        &self.text[start..self.ends[number]]
    }
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|_| format!("`{}` is not UTF-8", lossy(bytes)))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

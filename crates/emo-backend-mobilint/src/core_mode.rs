use std::fmt;

/// On which cores of an NPU a model runs.
///
/// An ARIES has two clusters of four local cores and a global one each; a REGULUS has one core and runs
/// [`Single`](Self::Single) alone. A model is compiled for one mode or several, and runs in no other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum CoreMode {
    /// The mode that the model was compiled for, on all cores. The default, as in the runtime since 1.1; a model
    /// that was compiled for several modes does not load with it.
    #[default]
    Auto,
    /// Each of these local cores runs whole inferences.
    Single(Vec<Core>),
    /// The local cores of each of these clusters share a batch.
    Multi(Vec<Cluster>),
    /// The four local cores of each of these clusters work on one inference together.
    Global4(Vec<Cluster>),
    /// All eight local cores of both clusters work on one inference together.
    Global8,
}

/// One of an NPU's two clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cluster {
    /// The first, and a REGULUS' only one.
    Cluster0,
    /// The second.
    Cluster1,
}

/// A local core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Core {
    /// The cluster that it belongs to.
    pub cluster: Cluster,
    /// Its number in there, 0 to 3.
    pub number: u8,
}

impl Core {
    /// How many local cores a cluster has.
    pub const PER_CLUSTER: u8 = 4;

    /// Core `number` of a cluster.
    pub const fn new(cluster: Cluster, number: u8) -> Self {
        Self { cluster, number }
    }
}

impl Cluster {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Cluster0, Self::Cluster1];

    /// 0 or 1.
    pub const fn number(self) -> u8 {
        match self {
            Self::Cluster0 => 0,
            Self::Cluster1 => 1,
        }
    }
}

impl CoreMode {
    /// The mode's name, as the compiler's `inference_scheme` has it, or `auto`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Single(_) => "single",
            Self::Multi(_) => "multi",
            Self::Global4(_) => "global4",
            Self::Global8 => "global8",
        }
    }
}

impl fmt::Display for CoreMode {
    /// The name, then the cores (`single:0.1,1.3`) or clusters (`multi:0`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match self {
            Self::Auto | Self::Global8 => Vec::new(),
            Self::Single(cores) => cores
                .iter()
                .map(|core| format!("{}.{}", core.cluster.number(), core.number))
                .collect(),
            Self::Multi(clusters) | Self::Global4(clusters) => clusters
                .iter()
                .map(|cluster| cluster.number().to_string())
                .collect(),
        };
        f.write_str(self.name())?;
        if list.is_empty() {
            return Ok(());
        }
        write!(f, ":{}", list.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_written_with_their_cores() {
        let single = CoreMode::Single(vec![
            Core::new(Cluster::Cluster0, 1),
            Core::new(Cluster::Cluster1, 3),
        ]);
        for (mode, text) in [
            (CoreMode::Auto, "auto"),
            (single, "single:0.1,1.3"),
            (CoreMode::Multi(vec![Cluster::Cluster1]), "multi:1"),
            (CoreMode::Global4(Cluster::ALL.to_vec()), "global4:0,1"),
            (CoreMode::Global8, "global8"),
        ] {
            assert_eq!(mode.to_string(), text);
        }
    }
}

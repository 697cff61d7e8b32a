//! How results come about: who is on which side of a split, and which samples are joined into one.

mod groups;
mod leak;
mod pairing;
mod points;
mod provenance;
mod split;
mod statement;
mod stratified;

pub use groups::Groups;
pub use leak::{Leak, LeakKind, LeakReport};
pub use pairing::{Evidence, Joined, Pairing, pair};
pub use points::{PointCheck, PointCheckConfig};
pub use provenance::Provenance;
pub use split::{Split, SplitKind};
pub use statement::Protocol;

use std::{fmt, fs, str::FromStr};

/// Which NPU: a target and, where a machine has several of it, a number.
///
/// # Example
/// ```
/// use emo_backend_mobilint::{Device, Target};
///
/// assert_eq!(Device::default(), Device::new(Target::Auto, 0));
/// assert_eq!(Device::from("regulus-ra:1"), Device::new(Target::RegulusRa, 1));
/// assert_eq!(Device::from("aries-rb").to_string(), "aries-rb:0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Device {
    /// The kind of NPU.
    pub target: Target,
    /// Its number among those of its kind, from 0: the number of its device node.
    pub number: u32,
}

/// A kind of NPU, as the runtime and the compiler name it.
///
/// A family without a revision (`aries`) is the one NPU of that family that the machine has. The runtime can choose
/// by name since 1.4; older ones open an ARIES by its number alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Target {
    /// The only NPU of the machine, whatever it is. The default.
    #[default]
    Auto,
    /// `aries`.
    Aries,
    /// `aries-rb`: the MLA100 card.
    AriesRb,
    /// `regulus`.
    Regulus,
    /// `regulus-ra`.
    RegulusRa,
    /// `regulus-rb`.
    RegulusRb,
    /// `regulus-usb`.
    RegulusUsb,
    /// `regulus-ra-usb`.
    RegulusRaUsb,
    /// `regulus-rb-usb`.
    RegulusRbUsb,
    /// Another name, which is handed to the runtime as it is.
    Other(String),
}

impl Target {
    /// Those that have a variant, and their names.
    const NAMES: [(Self, &'static str); 9] = [
        (Self::Auto, "auto"),
        (Self::Aries, "aries"),
        (Self::AriesRb, "aries-rb"),
        (Self::Regulus, "regulus"),
        (Self::RegulusRa, "regulus-ra"),
        (Self::RegulusRb, "regulus-rb"),
        (Self::RegulusUsb, "regulus-usb"),
        (Self::RegulusRaUsb, "regulus-ra-usb"),
        (Self::RegulusRbUsb, "regulus-rb-usb"),
    ];

    /// The vendor's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Other(name) => name,
            known => Self::NAMES
                .iter()
                .find(|(target, _)| target == known)
                .map_or("auto", |(_, name)| name),
        }
    }

    /// How the driver names the nodes of such devices, before the number, such as `/dev/aries`; all of them for
    /// [`Auto`](Self::Auto) and names that are not known.
    pub fn node_prefixes(&self) -> &'static [&'static str] {
        match self {
            Self::Aries | Self::AriesRb => &NODES[..1],
            Self::Regulus | Self::RegulusRa | Self::RegulusRb => &NODES[1..2],
            Self::RegulusUsb | Self::RegulusRaUsb | Self::RegulusRbUsb => &NODES[2..],
            Self::Auto | Self::Other(_) => &NODES,
        }
    }
}

const NODES: [&str; 3] = ["/dev/aries", "/dev/regulus-npu", "/dev/regulus-usb"];

impl Device {
    /// The device `number` of a kind.
    pub fn new(target: Target, number: u32) -> Self {
        Self { target, number }
    }

    /// The nodes that the driver has made for NPUs of any kind, such as `/dev/aries0`, in order.
    pub fn nodes() -> Vec<String> {
        let names = fs::read_dir("/dev")
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut nodes: Vec<String> = names
            .map(|name| format!("/dev/{name}"))
            .filter(|node| {
                NODES.iter().any(|prefix| {
                    node.strip_prefix(prefix).is_some_and(|number| {
                        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
                    })
                })
            })
            .collect();
        nodes.sort();
        nodes
    }
}

impl From<Target> for Device {
    fn from(target: Target) -> Self {
        Self::new(target, 0)
    }
}

impl From<&str> for Target {
    /// The names are not case-sensitive, as with the runtime.
    fn from(name: &str) -> Self {
        let lower = name.to_ascii_lowercase();
        Self::NAMES
            .into_iter()
            .find(|(_, known)| *known == lower)
            .map_or_else(|| Self::Other(name.to_owned()), |(target, _)| target)
    }
}

impl From<&str> for Device {
    /// `aries-rb` or, with a number, `aries-rb:1`.
    fn from(text: &str) -> Self {
        let split = text
            .rsplit_once(':')
            .and_then(|(name, number)| Some((name, u32::from_str(number).ok()?)));
        let (name, number) = split.unwrap_or((text, 0));
        Self::new(Target::from(name), number)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.target, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for (target, name) in Target::NAMES {
            assert_eq!(target.name(), name);
            assert_eq!(Target::from(name), target);
            assert_eq!(Target::from(&*name.to_ascii_uppercase()), target);
        }
        assert_eq!(Target::from("Bogus").name(), "Bogus");
        assert_eq!(
            Device::from("a:b"),
            Device::new(Target::Other("a:b".into()), 0)
        );
    }

    #[test]
    fn each_kind_has_its_nodes() {
        assert_eq!(Target::AriesRb.node_prefixes(), ["/dev/aries"]);
        assert_eq!(Target::RegulusRa.node_prefixes(), ["/dev/regulus-npu"]);
        assert_eq!(Target::RegulusUsb.node_prefixes(), ["/dev/regulus-usb"]);
        assert_eq!(Target::Auto.node_prefixes().len(), 3);
    }
}

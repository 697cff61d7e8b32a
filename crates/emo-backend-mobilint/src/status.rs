use std::fmt;

macro_rules! statuses {
    ($($variant:ident = $code:literal, $name:literal, $doc:literal;)+) => {
        /// A status of the vendor's runtime, by the names of version 1.5.
        ///
        /// The Python interface gives the name alone, within a text; [`Status::find`] reads it from there.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Status {
            $(#[doc = $doc] $variant,)+
            /// A name that is not in this list, or none.
            Unlisted,
        }

        impl Status {
            /// All that have a name.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The vendor's name; `Unlisted` for that one.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ Self::Unlisted => "Unlisted" }
            }

            /// The vendor's number, in version 1.5.
            pub const fn code(self) -> Option<u32> {
                match self { $(Self::$variant => Some($code),)+ Self::Unlisted => None }
            }

            /// The status of a number of version 1.5; [`Unlisted`](Self::Unlisted) for another.
            pub const fn from_code(code: u32) -> Self {
                match code { $($code => Self::$variant,)+ _ => Self::Unlisted }
            }
        }
    };
}

statuses! {
    DriverNotInitialized = 1, "Driver_NotInitialized", "The driver has no such device.";
    NoTargetCores = 2, "Model_NoTargetCores", "No core is chosen for the model.";
    FailedToLoadMxq = 3, "Model_FailedToLoadMXQ", "The file is missing or is no MXQ file of a known version.";
    NotLaunched = 9, "Model_NotLaunched", "The model is not on the device.";
    NotAlive = 10, "Model_NotAlive", "The model was disposed of.";
    CoreAlreadyInUse = 11, "Acc_CoreAlreadyInUse", "Another model has the core.";
    NoSuchModel = 12, "Acc_NoSuchModel", "The device does not know the model.";
    ConfigNotMatch = 16, "Model_MXQAndModelConfigNotMatch", "The model was compiled for another core mode.";
    NoGlobalCore = 17, "Model_NoGlobalCoreWithGlobalMultiMode", "The model has nothing for global cores.";
    NotImplemented = 18, "NotImplemented", "The runtime does not do this.";
    BrokenMxq = 20, "Model_BrokenMXQ", "The file contradicts itself.";
    ShapeMismatched = 21, "Model_ShapeMismatched", "A tensor has another shape than the model takes.";
    DtypeMismatched = 22, "Model_DtypeMismatched", "A tensor has another element type than the model takes.";
    InternalError = 23, "InternalError", "The runtime failed inside.";
    FailedToAllocMemory = 32, "Model_FailedToAllocMemory", "The device's memory does not hold the model.";
    FailedToPostInfer = 33, "Driver_FailedToPostInfer", "The driver did not take the inference.";
    WaitDoneTimeout = 35, "Driver_WaitDoneTimeout", "The runtime waited in vain.";
    BadAlloc = 39, "BadAlloc", "The machine's memory does not suffice.";
    NpuTimeout = 42, "Acc_NPUTimeout", "The device did not answer.";
    IsNotSupportedHardware = 48, "Model_IsNotSupportedHardware", "The model was compiled for another device.";
    FutureNotValid = 58, "Future_NotValid", "The result was taken already.";
    AlreadyLaunched = 65, "Model_AlreadyLaunched", "The model is on the device already.";
    InvalidBatchParam = 66, "Model_InvalidBatchParam", "The batch is none that the model takes.";
    NotSupported = 69, "Model_NotSupported", "The model does not do this.";
    DeviceNotFound = 71, "Acc_DeviceNotFound", "There is no such device.";
    AmbiguousDevice = 72, "Acc_AmbiguousDevice", "Several devices answer to the name.";
    UnknownDevice = 73, "Acc_UnknownDevice", "The runtime knows no device of that name.";
    CacheNotFound = 74, "Model_CacheNotFound", "The model has no such cache.";
}

impl Status {
    /// The first of the names that stands in a text as a word of its own; [`Unlisted`](Self::Unlisted) if there is
    /// none.
    ///
    /// # Example
    /// ```
    /// use emo_backend_mobilint::Status;
    ///
    /// assert_eq!(Status::find("Acc_DeviceNotFound occurred."), Status::DeviceNotFound);
    /// assert_eq!(Status::find("Acc_Surprising occurred."), Status::Unlisted);
    /// ```
    pub fn find(text: &str) -> Self {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .find_map(|word| {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|status| word == status.name())
            })
            .unwrap_or(Self::Unlisted)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_a_sentence() {
        for &status in Status::ALL {
            assert_eq!(
                Status::find(&format!("{status} occurred.\nPlease visit")),
                status
            );
            assert_eq!(status.code().map(Status::from_code), Some(status));
        }
        assert_eq!(Status::find(""), Status::Unlisted);
        assert_eq!(Status::find("xAcc_DeviceNotFound"), Status::Unlisted);
    }
}

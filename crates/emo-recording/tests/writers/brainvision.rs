/// A recording of two channels in BrainVision's format: three samples, a stop of 2 s, and two more.
#[derive(Debug, Clone)]
pub(crate) struct BrainVision {
    pub(crate) orientation: &'static str,
    pub(crate) number: &'static str,
    pub(crate) is_big_endian: bool,
}

/// The numbers of the first channel and of the second.
pub(crate) const NUMBERS: [[i16; 5]; 2] = [[0, 1, -2, 300, -32_768], [10, 20, 30, 40, 32_767]];

impl BrainVision {
    pub(crate) fn header(&self) -> String {
        let order = if self.is_big_endian { "YES" } else { "NO" };
        let (orientation, number) = (self.orientation, self.number);
        format!(
            "Brain Vision Data Exchange Header File Version 1.0\r\n\
             ; Data created by hand\r\n\r\n\
             [Common Infos]\r\nCodepage=UTF-8\r\nDataFile=$b.eeg\r\nMarkerFile=x.vmrk\r\nDataFormat=BINARY\r\n\
             DataOrientation={orientation}\r\nNumberOfChannels=2\r\nSamplingInterval=4000\r\n\r\n\
             [Binary Infos]\r\nBinaryFormat={number}\r\nUseBigEndianOrder={order}\r\n\r\n\
             [Channel Infos]\r\n; Ch1=not this\r\nCh1=Fp1,,0.5,µV\r\nCh2=ECG\\1 left,Ref,2,mV\r\n\r\n\
             [Comment]\r\nDataFormat=ASCII\r\n"
        )
    }

    pub(crate) fn markers(&self) -> &'static str {
        "Brain Vision Data Exchange Marker File, Version 1.0\r\n\r\n[Common Infos]\r\nDataFile=x.eeg\r\n\r\n\
         [Marker Infos]\r\n; Each entry: Mk<n>=<type>,<description>,<position>,<size>,<channel>,<date>\r\n\
         Mk1=New Segment,,1,1,0,20131113161403500000\r\nMk2=Stimulus,S  1,2,1,0\r\n\
         Mk3=New Segment,,4,1,0,20131113161405512000\r\nMk4=Comment,eyes\\1 closed,5,0,2\r\n"
    }

    pub(crate) fn data(&self) -> Vec<u8> {
        let bytes = |&number: &i16| {
            let mut bytes = match self.number {
                "INT_16" => number.to_le_bytes().to_vec(),
                "INT_32" => (i32::from(number) * 1000).to_le_bytes().to_vec(),
                _ => f32::from(number).to_le_bytes().to_vec(),
            };
            if self.is_big_endian {
                bytes.reverse();
            }
            bytes
        };
        if self.orientation == "VECTORIZED" {
            return NUMBERS.iter().flatten().flat_map(bytes).collect();
        }
        (0..5)
            .flat_map(|sample| NUMBERS.iter().map(move |numbers| &numbers[sample]))
            .flat_map(bytes)
            .collect()
    }

    /// The content of the file that the header calls by this name.
    pub(crate) fn file(&self, name: &str) -> std::io::Result<std::io::Cursor<Vec<u8>>> {
        match name {
            "x.eeg" => Ok(std::io::Cursor::new(self.data())),
            "x.vmrk" => Ok(std::io::Cursor::new(self.markers().as_bytes().to_vec())),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        }
    }
}

/// 16 bits, multiplexed, little-endian: the usual.
pub(crate) const USUAL: BrainVision = BrainVision {
    orientation: "MULTIPLEXED",
    number: "INT_16",
    is_big_endian: false,
};
